// A measurement as a person reads it on a terminal: a grid of all settings, a table and bars of those that count,
// and in one sentence what they mean.
import { stripVTControlCharacters } from 'node:util';
import type { BaselineComparison } from '../bench/baseline.js';
import { notable } from '../bench/notable.js';
import type { BenchReport, TargetReport } from '../bench/report.js';
import type { Interval, Verdict } from '../bench/statistics.js';
import { failuresOf, settingName, speedOf, times, timesOf, verdictOf } from '../bench/words.js';
import { printable } from '../printable.js';
import { plural, whole } from '../words.js';
import { chalk } from './colour.js';

const WIDEST = 120;
const NAME = 20;

/** @param columns of the terminal */
export function renderReport(report: BenchReport, columns: number): string {
  const width = Math.max(60, Math.min(columns, WIDEST));
  const { texts } = report;
  const source = texts.source === 'bundled' ? 'texts of this package' : 'chunks of your documents';
  const lines = [`${whole(texts.count)} ${source}, ${whole(texts.tokens)} tokens each on average`];
  for (const target of report.targets) lines.push('', ...renderTarget(target, report.again, width));
  for (const { target, against, ratio } of report.comparisons) {
    const [one, other] = [report.targets[target]!, report.targets[against]!];
    lines.push('', `${printable(one.name, 100)} against ${printable(other.name, 100)}: ${timesOf(ratio)}`);
  }
  if (report.ended === 'time-limit') {
    lines.push('', chalk.yellow('The time limit ended it: these are the rounds until then.'));
  }
  if (report.ended === 'server-down')
    lines.push('', chalk.yellow('A server went down: these are the rounds until then.'));
  return `${lines.flatMap((line) => wrap(line, width)).join('\n')}\n`;
}

function renderTarget(target: TargetReport, again: BenchReport['again'], width: number): string[] {
  const { load } = target;
  const loading =
    load.seconds === null ? 'the model was loaded' : `loaded in ${load.seconds.toFixed(1)} s (not counted)`;
  return [
    `${chalk.bold(printable(target.name, 100))}`,
    chalk.dim(`${plural(target.dimensions, 'dimension')}; ${loading}`),
    '',
    ...grid(target),
    '',
    ...table(target),
    '',
    ...bars(target, width),
    '',
    ...conclusion(target, again),
  ];
}

/** Texts per second: batch sizes down, requests in flight across. */
function grid({ settings, best }: TargetReport): string[] {
  const fixed = settings.filter(({ kind }) => kind === 'individual' || kind === 'batched');
  const numbers = (key: 'batchSize' | 'concurrency') =>
    [...new Set(fixed.map((one) => one[key] ?? 0))].sort((a, b) => a - b);
  const concurrencies = numbers('concurrency');
  const head = concurrencies.map((count) => (count === 1 ? '1 request' : `${count} at once`).padStart(13));
  const rows = numbers('batchSize').map((size) => {
    const cells = concurrencies.map((concurrency) => {
      const found = fixed.find((one) => one.batchSize === size && one.concurrency === concurrency);
      if (!found) return ''.padStart(13);
      const text = (found.status === 'failed' ? 'failed' : speedOf(found.textsPerSecond)).padStart(13);
      return found.id === best ? chalk.green.bold(text) : found.status === 'failed' ? chalk.red(text) : text;
    });
    return `  ${(size === 1 ? '1 text' : `${size} texts`).padEnd(NAME - 2)}${cells.join('')}`;
  });
  return [chalk.dim(`${'Texts per second'.padEnd(NAME)}${head.join('')}`), ...rows];
}

function table(target: TargetReport): string[] {
  const head = ['texts/s', 'tokens/s', 'texts/req', 'p50 ms', 'p95 ms', 'p99 ms'];
  // A warm cache answers hundreds of millions of tokens a second.
  const widths = [10, 13, 10, 8, 8, 8];
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(NAME) + cells.map((cell, column) => ` ${cell}`.padStart(widths[column]!)).join('');
  const rows = notable(target).map((one) => {
    const { p50, p95, p99 } = one.latencyMs ?? {};
    const times = [p50, p95, p99].map((ms) => (ms === undefined ? '-' : speedOf(ms)));
    const perRequest = one.textsPerRequest === null ? '-' : String(one.textsPerRequest);
    return line(settingName(one), [
      speedOf(one.textsPerSecond),
      speedOf(one.tokensPerSecond),
      perRequest,
      ...times,
    ]);
  });
  const rates = notable(target).filter(({ cacheHitRate }) => cacheHitRate !== null);
  const hits = rates.map((one) => `${settingName(one)} ${Math.round(100 * one.cacheHitRate!)} %`).join(', ');
  return [chalk.dim(line('', head)), ...rows, ...(hits ? [chalk.dim(`cache hits: ${hits}`)] : [])];
}

/** Of those that ask the server; a warm cache would dwarf them. */
function bars(target: TargetReport, width: number): string[] {
  const shown = notable(target).filter(({ kind, textsPerSecond }) => kind !== 'warm-cache' && textsPerSecond);
  const most = Math.max(...shown.map(({ textsPerSecond }) => textsPerSecond!));
  const room = width - NAME - 28;
  return shown.map((one) => {
    const cells = Math.max(1, Math.round((one.textsPerSecond! / most) * room * 8));
    const bar = '█'.repeat(cells >> 3) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][cells & 7] ?? '');
    const coloured = one.id === target.best ? chalk.green(bar) : chalk.cyan(bar);
    const gained = one.speedup ? chalk.dim(`  ${shortInterval(one.speedup)}`) : '';
    return `${settingName(one).padEnd(NAME)}${coloured} ${speedOf(one.textsPerSecond)}${gained}`;
  });
}

function shortInterval({ estimate, low, high }: Interval): string {
  return `×${times(estimate)}${low === null || high === null ? '' : ` (${times(low)}–${times(high)})`}`;
}

function conclusion(target: TargetReport, again: BenchReport['again']): string[] {
  const { agreement } = target;
  const lines = verdictOf(target, again)
    .map((line) => printable(line, 1000))
    .map((line, place) => (place === 0 ? chalk.bold(line) : line));
  if (agreement) {
    const cosine = agreement.minimumCosine.toFixed(5);
    const same = `Vectors are the same in a batch as alone (lowest cosine of ${plural(agreement.texts, 'text')}: ${cosine}).`;
    const other = `A batch changes the vectors (lowest cosine of ${plural(agreement.texts, 'text')}: ${cosine}): send texts one by one, or update the server.`;
    lines.push(agreement.agrees ? same : chalk.red(other));
  }
  for (const { names, message } of failuresOf(target)) {
    lines.push(`${chalk.red('failed')}: ${names.join(', ')}: ${printable(message)}`);
  }
  return lines;
}

const VERDICTS: Record<Verdict, string> = {
  faster: 'faster',
  slower: 'slower',
  'no-difference': 'no difference',
  'cant-tell-yet': "can't tell yet",
};

export function renderComparison({ date, changes }: BaselineComparison): string {
  const lines = [`Against the baseline of ${date.slice(0, 10)}:`];
  for (const { role, before, now, ratio, verdict, target } of changes) {
    const name = role === 'individual' ? 'one at a time' : role;
    lines.push(
      `  ${name.padEnd(NAME - 2)}${speedOf(before.textsPerSecond)} → ${speedOf(now.textsPerSecond)} texts/s, ${shortInterval(ratio)}: ${VERDICTS[verdict]}${changes.some((one) => one.target !== target) ? ` ${printable(target, 100)}` : ''}`,
    );
  }
  return `\n${lines.join('\n')}\n`;
}

/** Broken at spaces where it is too long; what has no plain spaces or is coloured within stays. */
function wrap(line: string, width: number): string[] {
  if (line.length <= width || /^\S* {3}/.test(line) || line.includes('█')) return [line];
  const lines: string[] = [];
  let rest = line;
  while (visible(rest) > width) {
    const space = rest.lastIndexOf(' ', width + rest.length - visible(rest));
    if (space <= 0) break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  return [...lines, rest];
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}
