// `embed bench`: progress, and what is printed at the end.
import type { BenchResult } from '../../commands/bench.js';
import { longName } from '../../config/about.js';
import { namesServers } from '../../config/kinds/rule.js';
import type { LoadedSettings } from '../../config/origins.js';
import { settingsTable } from '../../config/settings.js';
import { variable } from '../../environment.js';
import { withoutCredentials } from '../../text/masked-address.js';
import { quoted } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import type { bench as declared } from '../declared/bench.js';
import type { Given } from '../declared/command.js';
import { codedError, type Outcome } from '../declared/outcome.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { startBar } from '../terminal/bar.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { columns, printNotice, printResults, showsNotices } from '../terminal/print.js';
import { summariseStep } from '../terminal/step-summary.js';

type Flags = Given<typeof declared>['flags'];

export async function runBench(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const { paths } = given.arguments;
  const { quiet, model: models } = flags;
  const tellAddress = (line: Printable) => quiet || printNotice(line);
  const loaded = await settingsFor(
    { ...given, settings: { ...given.settings, model: models?.[0] } },
    tellAddress,
  );
  const { bench } = await import('../../commands/bench.js');
  const progress = await showProgress(quiet);
  try {
    const result = await withSignals(
      (signal) =>
        bench({
          paths,
          settings: loaded.settings,
          ...(models && { models }),
          quick: flags.quick,
          save: flags.save,
          timeLimitMs: flags.timeLimit,
          rounds: flags.rounds,
          seed: flags.seed,
          commandFor: (seconds) => commandLine(paths, flags, given.settings, seconds),
          report: flags.report,
          baseline: flags.baseline ? { file: flags.baseline, maxRegression: flags.maxRegression } : undefined,
          signal,
          pull: flags.pull,
          events: {
            ...printedEvents(progress.line),
            progress: progress.show,
            pulling: (step, completed, total) =>
              progress.show(0, `${printable(step, 60)}, ${shownSize(completed)} of ${shownSize(total)}`),
          },
        }),
      'nothing was changed',
    );
    progress.stop();
    return await tell(result, flags, loaded.origins);
  } finally {
    progress.stop();
  }
}

/** What was typed, for another time, without passwords, and without what is written or compared at the end. */
function commandLine(
  paths: readonly string[],
  flags: Flags,
  typed: Given['settings'],
  seconds: number,
): string {
  const words = ['embed', 'bench', ...paths];
  for (const model of flags.model ?? []) words.push('--model', model);
  for (const setting of settingsTable) {
    const { key, flag } = setting;
    const value = typed[key];
    if (key === 'redisUrl' || flag === undefined || value === undefined) continue;
    const name = longName(flag);
    if (typeof value === 'boolean') words.push(name);
    else
      for (const one of [value].flat().map(String))
        words.push(name, namesServers(setting) ? withoutCredentials(one) : one);
  }
  if (flags.quick) words.push('--quick');
  if (flags.seed !== undefined) words.push('--seed', String(flags.seed));
  words.push('--time-limit', seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`);
  return words.map(quoted).join(' ');
}

async function tell(
  { report, comparison, saved }: BenchResult,
  flags: Flags,
  origins: Origins,
): Promise<Outcome> {
  if (!flags.json) {
    const { renderComparison, renderReport } = await import('../terminal/bench-view.js');
    printResults(renderReport(report, columns()));
    if (comparison) printResults(renderComparison(comparison));
  }
  const { summaryOfBench } = await import('../terminal/bench-summary.js');
  summariseStep(() => summaryOfBench(report, comparison));
  const note = (text: Printable) => flags.quiet || printNotice(text);
  if (flags.report) note(say`Page: ${printable(flags.report)}`);
  if (saved) {
    note(printable(`${saved.created ? 'Made' : 'Saved to'} ${saved.path}`));
    for (const key of ['batchSize', 'concurrency'] as const) {
      const origin = origins[key];
      if (origin === undefined || origin === 'default' || origin.startsWith(saved.path)) continue;
      if (!origin.startsWith('--'))
        note(say`${paint.yellow(say`warning`)}: ${printable(origin)} wins over what was saved.`);
    }
  } else if (flags.save) {
    note(say`Nothing was saved: no fixed setting is known to be faster than what is done with nothing set.`);
  }
  const open = comparison?.changes.filter((one) => isOpen(one, comparison.maxRegression)) ?? [];
  if (open.length > 0) {
    const what = printable(open.map(({ role, target }) => `${whatOf(role)} on ${target}`).join(', '), 4000);
    const text = say`can't tell whether it got slower: ${what}: measure for longer with --time-limit`;
    note(say`${paint.yellow(say`warning`)}: ${text}`);
  }
  const slower = comparison?.changes.filter(({ regressed }) => regressed) ?? [];
  const json = { ...report, ...(comparison && { baseline: comparison }) };
  if (slower.length === 0) return { result: json };
  const lost = slower.map(lostBy).join('; ');
  printNotice(say`${paint.red(say`slower`)}: ${printable(lost, 4000)}`);
  return {
    result: json,
    error: codedError('EMBED_SLOWER', `slower: ${lost}`),
  };
}

type Origins = LoadedSettings['origins'];
type Change = NonNullable<BenchResult['comparison']>['changes'][number];

/** By the estimate it lost more than it may, or nothing can be estimated; and it may be noise. */
function isOpen({ ratio, regressed, verdict }: Change, maxRegression: number): boolean {
  if (regressed || verdict !== 'cant-tell-yet') return false;
  return ratio.high === null || ratio.estimate < 1 - maxRegression;
}

function whatOf(role: Change['role']): string {
  return role === 'individual' ? 'one text at a time' : role;
}

function lostBy({ target, role, now, ratio }: Change): string {
  const percent = (value: number) => `${Math.round(100 * (1 - value))} %`;
  const { estimate, low, high } = ratio;
  const interval = low === null || high === null ? '' : ` (${percent(high)} to ${percent(low)})`;
  const what = role === 'batched' ? `${role} (${now.id})` : whatOf(role);
  if (now.textsPerSecond === null) return `${what} fails now on ${target}`;
  return `${what} by ${percent(estimate)}${interval} on ${target}`;
}

interface Shown {
  show(done: number, step: string): void;
  line(text: Printable): void;
  stop(): void;
}

const lineIntervalMs = 10_000;

async function showProgress(quiet: boolean): Promise<Shown> {
  if (quiet) return { show: () => undefined, line: () => undefined, stop: () => undefined };
  const line = printNotice;
  if (!showsNotices() || variable('CI')) {
    let last = performance.now();
    const show = (done: number, step: string) => {
      if (performance.now() - last < lineIntervalMs) return;
      last = performance.now();
      line(say`${Math.floor(done * 100)}% ${printable(step)}`);
    };
    return { show, line, stop: () => undefined };
  }
  let text = say``;
  const bar = await startBar(() => [text]);
  return {
    show: (done, step) => {
      text = printable(step);
      bar.update(done);
    },
    line: bar.line,
    stop: bar.stop,
  };
}
