// `embed bench`: flags, progress, and what is printed at the end.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BenchResult } from '../../commands/bench.js';
import { loadSettings } from '../../config/load.js';
import { type Settings, settingsTable } from '../../config/settings.js';
import { variable } from '../../environment.js';
import { exitCodes } from '../../errors.js';
import { quoted } from '../../text/plural.js';
import { type Printable, printable, printableJson, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import { addSettings, milliseconds, path, paths, positive, tellAddresses } from '../flags.js';
import { withSignals } from '../signals.js';
import { startBar } from '../terminal/bar.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { columns, printNotice, printResult, printResults, showsNotices } from '../terminal/print.js';

interface Flags {
  model?: string[];
  quick?: boolean;
  timeLimit?: number;
  rounds?: number;
  seed?: number;
  save?: boolean;
  report?: string;
  baseline?: string;
  maxRegression: number;
  pull?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** A model may be named several times here, so it has a flag of its own; formats of an output don't matter. */
const settingKeys = settingsTable.map(({ key }) => key).filter((key) => key !== 'model' && key !== 'format');

export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'measure what batching gains on your server, model and documents, and say which settings to use',
    )
    .argument(
      '[paths...]',
      'files, folders and globs whose chunks are measured; none: texts of this package',
      paths,
    )
    .option('--quick', 'fewer settings and rounds, in less than 30 s')
    .option('--time-limit <time>', 'at most, e.g. 90s or 10m (default: 3m; 25s with --quick)', milliseconds)
    .option('--rounds <n>', 'so many rounds of few texts each, not as many as the time allows', positive)
    .option('--save', 'write the recommended settings to the configuration file in use, else to ./.batchrc')
    .option('--report <file>', 'write a page with charts to this file', path)
    .option('--baseline <file>', 'compare with an earlier --json, and fail when a speed got lower', path)
    .addOption(
      new Option('--max-regression <percent>', 'how much lower it may be, e.g. 5%')
        .argParser(share)
        .default(0.1, '10%'),
    )
    .option('--json', 'the result as JSON on standard output')
    .addOption(
      new Option('--model <name>', 'Ollama model; repeatable, to compare').argParser(
        (value: string, before: string[] | undefined) => [...(before ?? []), value],
      ),
    );
  addSettings(command, settingKeys);
  return command
    .option('--pull', 'pull the model when the server lacks it')
    .option('--seed <n>', 'another order of measurements (default: 1)', positive)
    .option('-q, --quiet', 'say nothing but errors')
    .addHelpText(
      'after',
      `
Compares one text a request with batches of 1 to 64 texts, 1 to 4 requests at once, with the adaptive
setting and with a cold and a warm cache (one of its own, on disk). All are measured in every round, in random
order; some rounds choose the best setting, others say how good it is. Output and cache stay as they are.
A server that fails under a setting is a result, too. Several --ollama-url or --model are compared with each
other, each opened on its own.

Exits with 1 when --baseline shows that a speed fell by more than --max-regression (default: 10%), and by more
than the noise. Where a speed looks that much lower, but the rounds are too few or too unlike to tell, that is said.

A speed-up is told with its 95 % interval: within 10 % of 1 there is no difference, above 1 it is faster; else
nothing can be told yet: more rounds are measured until the time limit, and how long it would take is said.
A setting is recommended, and saved, where it is faster than what is done with nothing set.

The JSON: {"schema": 1, "verdict": "faster" | "slower" | "no-difference" | "cant-tell-yet",
"speedup": {"estimate", "low", "high"}, "recommended": {"batchSize", "concurrency", "reason"},
"again": {"seconds", "command"}, "targets": [{"settings": [{"id", "textsPerSecond", "latencyMs", "speedup",
"verdict", …}], "againstDefault", …}], …}. The speed-up is that of the best batched setting against one text
at a time; its bounds are null when there were too few rounds.

Examples:
  $ embed bench                                   with texts of this package
  $ embed bench ./docs --report bench.html --save
  $ embed bench ./docs --model bge-m3 --model nomic-embed-text
  $ embed bench ./docs --quick --json > bench.json
  $ embed bench ./docs --quick --baseline bench.json --max-regression 15%`,
    )
    .action(async (paths: string[], flags: Flags) => {
      process.exitCode = await benchAction(command, paths, flags);
    });
}

async function benchAction(command: Command, paths: string[], flags: Flags): Promise<number> {
  const typed: Partial<Record<keyof Settings, unknown>> = {};
  for (const key of settingKeys) {
    if (command.getOptionValueSource(key) === 'cli') typed[key] = command.getOptionValue(key);
  }
  const loaded = await loadSettings({ flags: { ...typed, model: flags.model?.[0] } });
  const { settings, origins } = loaded;
  const { bench } = await import('../../commands/bench.js');
  const progress = await showProgress(Boolean(flags.quiet));
  tellAddresses(loaded, (line) => progress.line(line));
  try {
    const result = await withSignals(
      (signal) =>
        bench({
          paths,
          settings,
          ...(flags.model && { models: flags.model }),
          quick: Boolean(flags.quick),
          save: Boolean(flags.save),
          timeLimitMs: flags.timeLimit,
          rounds: flags.rounds,
          seed: flags.seed,
          commandFor: (seconds) => commandLine(paths, flags, typed, seconds),
          report: flags.report,
          baseline: flags.baseline ? { file: flags.baseline, maxRegression: flags.maxRegression } : undefined,
          signal,
          pull: Boolean(flags.pull),
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
    return await tell(result, flags, origins);
  } finally {
    progress.stop();
  }
}

/** What was typed, for another time, without passwords, and without what is written or compared at the end. */
function commandLine(
  paths: readonly string[],
  flags: Flags,
  typed: Partial<Record<keyof Settings, unknown>>,
  seconds: number,
): string {
  const words = ['embed', 'bench', ...paths];
  for (const model of flags.model ?? []) words.push('--model', model);
  for (const { key, flag } of settingsTable) {
    const value = typed[key];
    if (key === 'model' || key === 'redisUrl' || flag === undefined || value === undefined) continue;
    const name = flag.split(/[ ,]+/).find((word) => word.startsWith('--'))!;
    if (typeof value === 'boolean') words.push(name);
    else for (const one of [value].flat()) words.push(name, String(one).replace(/\/\/[^/@]*@/, '//'));
  }
  if (flags.quick) words.push('--quick');
  if (flags.seed !== undefined) words.push('--seed', String(flags.seed));
  words.push('--time-limit', seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`);
  return words.map(quoted).join(' ');
}

/** @returns the exit code */
async function tell(
  { report, comparison, saved }: BenchResult,
  flags: Flags,
  origins: Origins,
): Promise<number> {
  if (flags.json) {
    printResult(printableJson({ ...report, ...(comparison && { baseline: comparison }) }, 2));
  } else {
    const { renderComparison, renderReport } = await import('../terminal/bench-view.js');
    printResults(renderReport(report, columns()));
    if (comparison) printResults(renderComparison(comparison));
  }
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
  if (slower.length === 0) return exitCodes.done;
  printNotice(say`${paint.red(say`slower`)}: ${printable(slower.map(lostBy).join('; '), 4000)}`);
  return exitCodes.unexpected;
}

type Origins = Awaited<ReturnType<typeof loadSettings>>['origins'];
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
  const bar = await startBar(() => text);
  return {
    show: (done, step) => {
      text = printable(step);
      bar.update(done);
    },
    line: bar.line,
    stop: bar.stop,
  };
}

/** For commander: `10%` or `10` as 0.1. */
function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  const percent = Number(match?.[1]);
  if (match && percent < 100) return percent / 100;
  throw new InvalidArgumentError('Expected a percentage such as 10%.');
}
