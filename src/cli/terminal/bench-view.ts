// A measurement as a person reads it on a terminal: a grid of all settings, a table and bars of those that count,
// and in one sentence what they mean.
import { stripVTControlCharacters } from 'node:util';
import type { BaselineComparison } from '../../bench/report/baseline.js';
import { notable } from '../../bench/report/notable.js';
import type { BenchReport, TargetReport } from '../../bench/report/report.js';
import { failuresOf, settingName, speedOf, times, timesOf, verdictOf } from '../../bench/report/words.js';
import type { Interval, Verdict } from '../../bench/statistics/statistics.js';
import { padEnd, padStart } from '../../text/columns.js';
import { digits, plural, whole } from '../../text/plural.js';
import { joined, type Printable, part, printable, say } from '../../text/printable.js';
import { paint } from './colour.js';

const maxWidth = 120;
const nameWidth = 20;

/** @param columns of the terminal */
export function renderReport(report: BenchReport, columns: number): Printable {
  const width = Math.max(60, Math.min(columns, maxWidth));
  const { texts } = report;
  const source = texts.source === 'bundled' ? say`texts of this package` : say`chunks of your documents`;
  const lines = [say`${whole(texts.count)} ${source}, ${whole(texts.tokens)} tokens each on average`];
  for (const target of report.targets) lines.push(say``, ...renderTarget(target, report.again, width));
  for (const { target, against, ratio } of report.comparisons) {
    const [one, other] = [report.targets[target]!, report.targets[against]!];
    const names = say`${printable(one.name, 100)} against ${printable(other.name, 100)}`;
    lines.push(say``, say`${names}: ${printable(timesOf(ratio))}`);
  }
  if (report.ended === 'time-limit') {
    lines.push(say``, paint.yellow(say`The time limit ended it: these are the rounds until then.`));
  }
  if (report.ended === 'server-down')
    lines.push(say``, paint.yellow(say`A server went down: these are the rounds until then.`));
  return say`${joined(
    lines.flatMap((line) => wrap(line, width)),
    say`\n`,
  )}\n`;
}

function renderTarget(target: TargetReport, again: BenchReport['again'], width: number): Printable[] {
  const { seconds } = target.load;
  const loading =
    seconds === null ? say`the model was loaded` : say`loaded in ${digits(seconds, 1)} s (not counted)`;
  return [
    paint.bold(printable(target.name, 100)),
    paint.dim(say`${plural(target.dimensions, 'dimension')}; ${loading}`),
    say``,
    ...grid(target),
    say``,
    ...table(target),
    say``,
    ...bars(target, width),
    say``,
    ...conclusion(target, again),
  ];
}

/** Texts per second: batch sizes down, requests in flight across. */
function grid({ settings, best }: TargetReport): Printable[] {
  const fixed = settings.filter(({ kind }) => kind === 'individual' || kind === 'batched');
  const numbers = (key: 'batchSize' | 'concurrency') =>
    [...new Set(fixed.map((one) => one[key] ?? 0))].sort((a, b) => a - b);
  const concurrencies = numbers('concurrency');
  const head = concurrencies.map((count) => cell(count === 1 ? say`1 request` : say`${count} at once`));
  const rows = numbers('batchSize').map((size) => {
    const cells = concurrencies.map((concurrency) => {
      const found = fixed.find((one) => one.batchSize === size && one.concurrency === concurrency);
      if (!found) return cell(say``);
      const text = cell(found.status === 'failed' ? say`failed` : speed(found.textsPerSecond));
      if (found.id === best) return paint.green(paint.bold(text));
      return found.status === 'failed' ? paint.red(text) : text;
    });
    return say`  ${padEnd(plural(size, 'text'), nameWidth - 2)}${joined(cells)}`;
  });
  return [paint.dim(say`${padEnd(say`Texts per second`, nameWidth)}${joined(head)}`), ...rows];
}

const cell = (text: Printable): Printable => padStart(text, 13);
const speed = (value: number | null): Printable => printable(speedOf(value));
const nameOf = (one: Parameters<typeof settingName>[0]): Printable => printable(settingName(one));

function table(target: TargetReport): Printable[] {
  const head = [say`texts/s`, say`tokens/s`, say`texts/req`, say`p50 ms`, say`p95 ms`, say`p99 ms`];
  // A warm cache answers hundreds of millions of tokens a second.
  const widths = [10, 13, 10, 8, 8, 8];
  const line = (name: Printable, cells: readonly Printable[]) =>
    say`${padEnd(name, nameWidth)}${joined(cells.map((one, column) => padStart(say` ${one}`, widths[column]!)))}`;
  const rows = notable(target).map((one) => {
    const { p50, p95, p99 } = one.latencyMs ?? {};
    const latencies = [p50, p95, p99].map((ms) => speed(ms ?? null));
    const perRequest = one.textsPerRequest === null ? say`-` : say`${one.textsPerRequest}`;
    return line(nameOf(one), [
      speed(one.textsPerSecond),
      speed(one.tokensPerSecond),
      perRequest,
      ...latencies,
    ]);
  });
  const rates = notable(target).filter(({ cacheHitRate }) => cacheHitRate !== null);
  const hits = rates.map((one) => say`${nameOf(one)} ${Math.round(100 * one.cacheHitRate!)} %`);
  const told = hits.length > 0 ? [paint.dim(say`cache hits: ${joined(hits, say`, `)}`)] : [];
  return [paint.dim(line(say``, head)), ...rows, ...told];
}

/** Of those that ask the server; a warm cache would dwarf them. */
function bars(target: TargetReport, width: number): Printable[] {
  const shown = notable(target).filter(({ kind, textsPerSecond }) => kind !== 'warm-cache' && textsPerSecond);
  const most = Math.max(...shown.map(({ textsPerSecond }) => textsPerSecond!));
  const room = width - nameWidth - 28;
  return shown.map((one) => {
    const cells = Math.max(1, Math.round((one.textsPerSecond! / most) * room * 8));
    const end = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][cells & 7] ?? '';
    const bar = printable(`${'█'.repeat(cells >> 3)}${end}`);
    const coloured = one.id === target.best ? paint.green(bar) : paint.cyan(bar);
    const gained = one.speedup ? paint.dim(say`  ${shortInterval(one.speedup)}`) : say``;
    return say`${padEnd(nameOf(one), nameWidth)}${coloured} ${speed(one.textsPerSecond)}${gained}`;
  });
}

function shortInterval({ estimate, low, high }: Interval): Printable {
  const between = low === null || high === null ? '' : ` (${times(low)}–${times(high)})`;
  return printable(`×${times(estimate)}${between}`);
}

function conclusion(target: TargetReport, again: BenchReport['again']): Printable[] {
  const { agreement } = target;
  const lines = verdictOf(target, again)
    .map((line) => printable(line, 1000))
    .map((line, place) => (place === 0 ? paint.bold(line) : line));
  if (agreement) {
    const cosine = digits(agreement.minimumCosine, 5);
    const lowest = say`(lowest cosine of ${plural(agreement.texts, 'text')}: ${cosine})`;
    const same = say`Vectors are the same in a batch as alone ${lowest}.`;
    const other = say`A batch changes the vectors ${lowest}: send texts one by one, or update the server.`;
    lines.push(agreement.agrees ? same : paint.red(other));
  }
  for (const { names, message } of failuresOf(target)) {
    lines.push(say`${paint.red(say`failed`)}: ${printable(names.join(', '))}: ${printable(message)}`);
  }
  return lines;
}

const verdicts: Record<Verdict, Printable> = {
  faster: say`faster`,
  slower: say`slower`,
  'no-difference': say`no difference`,
  'cant-tell-yet': say`can't tell yet`,
};

/** A baseline is a file that may have come from anywhere. */
export function renderComparison({ date, changes }: BaselineComparison): Printable {
  const isOne = changes.every((one) => one.target === changes[0]?.target);
  const lines = changes.map(({ role, before, now, ratio, verdict, target }) => {
    const name = role === 'individual' ? say`one at a time` : printable(role, 40);
    const speeds = say`${speed(before.textsPerSecond)} → ${speed(now.textsPerSecond)} texts/s`;
    const of = isOne ? say`` : say` ${printable(target, 100)}`;
    return say`  ${padEnd(name, nameWidth - 2)}${speeds}, ${shortInterval(ratio)}: ${verdicts[verdict]}${of}\n`;
  });
  return say`\nAgainst the baseline of ${printable(date.slice(0, 10))}:\n${joined(lines)}`;
}

/** Broken at spaces where it is too long; what has no plain spaces or is coloured within stays. */
function wrap(line: Printable, width: number): Printable[] {
  if (line.length <= width || /^\S* {3}/.test(line) || line.includes('█')) return [line];
  const lines: Printable[] = [];
  let rest = line;
  while (visible(rest) > width) {
    const space = rest.lastIndexOf(' ', width + rest.length - visible(rest));
    if (space <= 0) break;
    lines.push(part(rest, 0, space));
    rest = part(rest, space + 1);
  }
  return [...lines, rest];
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}
