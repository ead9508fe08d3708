// An earlier report against a new one: what got slower by more than is allowed, and by more than noise explains.
import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import { randomFrom } from './random.js';
import type { BenchReport, TargetReport } from './report.js';
import type { SettingReport } from './setting.js';
import { type Interval, unpairedRatio } from './statistics.js';

/** One setting now and then. */
export interface Change {
  /** Name of the target. */
  target: string;
  /** What it is to the user: its best batched setting may have become another one. */
  role: 'individual' | 'batched' | 'adaptive';
  before: Pick<SettingReport, 'id' | 'textsPerSecond'>;
  now: Pick<SettingReport, 'id' | 'textsPerSecond'>;
  /** Of tokens per second, now against then. */
  ratio: Interval;
  regressed: boolean;
}

export interface BaselineComparison {
  /** Of the baseline. */
  date: string;
  /** Whether both measured the same texts; if not, tokens per second are still comparable, roughly. */
  sameTexts: boolean;
  maxRegression: number;
  changes: Change[];
}

/** @throws {UsageError} when the file can't be read, or is no report */
export async function readBaseline(path: string): Promise<BenchReport> {
  let report: Partial<BenchReport> | null;
  try {
    report = JSON.parse(await readFile(path, 'utf8')) as Partial<BenchReport> | null;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it holds no JSON' : (cause as Error).message;
    throw new UsageError(`The baseline ${path} can't be read (${why}): save one with --json > ${path}.`, {
      cause,
    });
  }
  if (report?.schema === 1 && Array.isArray(report.targets)) return report as BenchReport;
  throw new UsageError(`${path} is no report of this version: save a new one with --json > ${path}.`);
}

/**
 * @param maxRegression a share: 0.1 allows a tenth
 * @throws {UsageError} when the baseline is of another embedder or model
 */
export function compareWith(
  baseline: BenchReport,
  now: BenchReport,
  maxRegression: number,
): BaselineComparison {
  const random = randomFrom(now.seed);
  const changes = now.targets.flatMap((target, place) => {
    const before = baseline.targets[place];
    requireSameModel(before, target);
    return ROLES.flatMap(({ role, find }) => {
      const [then, here] = [find(before), find(target)];
      if (!then || !here || then.samples.tokensPerSecond.length === 0) return [];
      if (here.samples.tokensPerSecond.length === 0) return [];
      const ratio = unpairedRatio(here.samples.tokensPerSecond, then.samples.tokensPerSecond, random);
      const regressed = ratio.estimate < 1 - maxRegression && ratio.high !== null && ratio.high < 1;
      return [{ target: target.name, role, before: brief(then), now: brief(here), ratio, regressed }];
    });
  });
  const sameTexts = baseline.texts.hash === now.texts.hash;
  return { date: baseline.date, sameTexts, maxRegression, changes };
}

type Find = (target: TargetReport) => SettingReport | undefined;

const withId = (id: string | null): Find => {
  return ({ settings }) => settings.find((one) => one.id === id && one.status === 'measured');
};

const ROLES: readonly { role: Change['role']; find: Find }[] = [
  { role: 'individual', find: withId('individual-1') },
  { role: 'batched', find: (target) => withId(target.best)(target) },
  { role: 'adaptive', find: withId('adaptive') },
];

function requireSameModel(
  before: TargetReport | undefined,
  now: TargetReport,
): asserts before is TargetReport {
  if (before?.embedder === now.embedder && before.model === now.model) return;
  throw new UsageError(
    `The baseline measured ${before?.model ?? 'fewer models'}, not ${now.model}: compare with a report of the same model.`,
  );
}

function brief({ id, textsPerSecond }: SettingReport): Change['now'] {
  return { id, textsPerSecond };
}
