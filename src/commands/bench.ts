// `embed bench` without its flags: measures, compares with an earlier report, writes the page, saves the settings.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type BenchEvents, type MeasureOptions, measure } from '../bench/measure/measure.js';
import { type Effort, fullEffort, ofRounds, quickEffort } from '../bench/measure/plan.js';
import {
  type BaselineComparison,
  compareWith,
  readBaseline,
  requireSameModels,
  requireSameTexts,
} from '../bench/report/baseline.js';
import { type BenchReport, type Recommendation, reportOf } from '../bench/report/report.js';
import { requireWritable, type Saved, saveSettings } from '../bench/save/batchrc.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import { makeFolders } from '../files/make-folder.js';

export interface BenchOptions {
  /** Files, folders and globs; none: the bundled texts. */
  paths?: readonly string[];
  /** Each of its Ollama servers is measured on its own. */
  settings: Settings;
  /** Each is measured on its own. @default the settings' */
  models?: readonly string[];
  /** Fewer settings and rounds, in less than 30 s. @default false */
  quick?: boolean;
  /** How thorough to be. @default by `quick` */
  effort?: Effort;
  /** Rounds that check, each of the fewest texts, instead of as many as the time allows; 3 or more tell something. */
  rounds?: number | undefined;
  /** For all together, in ms. @default 180000; 25000 when quick */
  timeLimitMs?: number | undefined;
  /** Decides orders and resamples. @default 1 */
  seed?: number | undefined;
  /** Writes a page to this file. */
  report?: string | undefined;
  /** Writes the recommended settings into the configuration file. @default false */
  save?: boolean;
  /** The command line that would measure the same for so many seconds, for who can't tell yet. */
  commandFor?: ((seconds: number) => string) | undefined;
  /** An earlier report, and which share each speed may lose against it. */
  baseline?: { file: string; maxRegression: number } | undefined;
  /** Folder that relative paths start from. */
  cwd?: string;
  signal?: AbortSignal;
  /** Have a server pull its model when it lacks it. @default false */
  pull?: boolean | undefined;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<BenchEvents>;
}

export interface BenchResult {
  report: BenchReport;
  comparison?: BaselineComparison;
  /** Undefined when nothing was to be saved, or nothing is measurably faster than what is done with nothing set. */
  saved?: Saved;
}

const timeLimitMs = 180_000;
const quickTimeLimitMs = 25_000;

const worthSaving: readonly Recommendation['reason'][] = ['faster', 'vectors-differ'];

/** Servers times models that one run compares at most. */
const maxTargets = 8;

/**
 * @throws {UsageError} paths that don't exist, a baseline that can't be read or is of another model, a file that
 *   can't be written
 * @throws {ServiceError} a server that can't be reached, lacks the model, or answers nothing within the time
 * @throws the signal's reason
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { settings, quick = false, seed = 1, cwd = process.cwd() } = options;
  const targets = targetsOf(settings, options.models);
  if (options.save && targets.length > 1) {
    throw new UsageError('--save needs one server and one model: several have settings of their own.');
  }
  // What can't be read or written is told before minutes of measuring.
  const baseline = options.baseline && (await readBaseline(resolve(cwd, options.baseline.file)));
  const page = options.report === undefined ? undefined : resolve(cwd, options.report);
  if (page !== undefined) await writable(page);
  if (options.save) await requireWritable(cwd);
  const effort = options.effort ?? (quick ? quickEffort : fullEffort);
  const measurement = await measure({
    paths: options.paths ?? [],
    settings,
    targets,
    effort: options.rounds === undefined ? effort : ofRounds(effort, options.rounds),
    timeLimitMs: options.timeLimitMs ?? (quick ? quickTimeLimitMs : timeLimitMs),
    seed,
    cwd,
    signal: options.signal ?? new AbortController().signal,
    requirements: baseline && {
      ofModels: (opened) => requireSameModels(baseline, opened),
      ofTexts: (hash) => requireSameTexts(baseline, hash),
    },
    pull: options.pull,
    events: {
      ...eventsFor(options.events),
      progress: (done, step) => options.events?.progress?.(done, step),
    },
  });
  const report = reportOf(measurement, seed, options.commandFor);
  if (page !== undefined) {
    const { pageOf } = await import('../bench/report/page.js');
    await writeFile(page, pageOf(report));
  }
  const comparison = baseline && compareWith(baseline, report, options.baseline!.maxRegression);
  const saved = options.save ? await saveRecommended(report, cwd) : undefined;
  return { report, ...(comparison && { comparison }), ...(saved && { saved }) };
}

function targetsOf(settings: Settings, named: readonly string[] | undefined): MeasureOptions['targets'] {
  const models = named ?? [settings.model];
  if (settings.queue !== undefined || settings.embedder === 'builtin') return [{}];
  const urls = (settings.embedder === 'openai' ? settings.url : settings.ollamaUrl) ?? [undefined];
  const targets = urls.flatMap((url) => models.map((model) => ({ url, model })));
  if (targets.length <= maxTargets) return targets;
  throw new UsageError(
    `${targets.length} servers and models are too many for one comparison: name at most ${maxTargets}.`,
  );
}

async function writable(page: string): Promise<void> {
  try {
    makeFolders(dirname(page));
    const known = existsSync(page);
    await writeFile(page, '', { flag: 'a' });
    if (!known) await rm(page);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${page} can't be written (${code}): name another file with --report.`, { cause });
  }
}

async function saveRecommended(report: BenchReport, cwd: string): Promise<Saved | undefined> {
  const { recommended } = report;
  if (!recommended || !worthSaving.includes(recommended.reason)) return undefined;
  const { batchSize, concurrency } = recommended;
  return await saveSettings({ batchSize, ...(concurrency !== null && { concurrency }) }, cwd);
}
