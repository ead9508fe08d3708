// Compares a report with an earlier one: lists what got slower by more than allowed, and by more than noise.
import { UsageError } from '../../errors.js';
import { readForeign } from '../../files/foreign-file.js';
import { randomFrom } from '../statistics/random.js';
import { type Interval, unpairedRatio, type Verdict, verdictOn } from '../statistics/statistics.js';
import type { BenchReport, TargetReport } from './report.js';
import type { SettingReport } from './setting-report.js';

/** Max bytes; a report of many servers has some hundred thousand. */
const maxBaselineBytes = 16 * 1024 * 1024;

/** One setting in both reports. */
export interface Change {
  /** Name of the target. */
  target: string;
  /** Its role: the best batched setting may be another one than before. */
  role: 'individual' | 'batched' | 'adaptive';
  before: Pick<SettingReport, 'id' | 'textsPerSecond'>;
  now: Pick<SettingReport, 'id' | 'textsPerSecond'>;
  /** Texts per second, now divided by then. */
  ratio: Interval;
  verdict: Verdict;
  regressed: boolean;
}

export interface BaselineComparison {
  /** Of the baseline. */
  date: string;
  maxRegression: number;
  changes: Change[];
}

/** @throws {UsageError} when the file can't be read, or is no report */
export async function readBaseline(path: string): Promise<BenchReport> {
  let report: Partial<BenchReport> | null;
  try {
    report = JSON.parse(readForeign(path, maxBaselineBytes).toString('utf8')) as Partial<BenchReport> | null;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it holds no JSON' : (cause as Error).message;
    throw new UsageError(`The baseline ${path} can't be read (${why}): save one with --json > ${path}.`, {
      cause,
    });
  }
  if (report?.schema === 1 && Array.isArray(report.targets) && report.targets.every(isTarget)) {
    return report as BenchReport;
  }
  throw new UsageError(`${path} is no report of this version: save a new one with --json > ${path}.`);
}

function isTarget(target: Partial<TargetReport> | null): boolean {
  return (
    Array.isArray(target?.settings) &&
    target.settings.every((one) => Array.isArray(one.samples?.textsPerSecond))
  );
}

/**
 * A setting that fails now counts as slower by 100 %. Settings that the time limit left out are not compared.
 * @param maxRegression a share: 0.1 allows a tenth
 * @throws {UsageError} as {@link requireSameModels} and {@link requireSameTexts}
 */
export function compareWith(
  baseline: BenchReport,
  now: BenchReport,
  maxRegression: number,
): BaselineComparison {
  requireSameModels(baseline, now.targets);
  requireSameTexts(baseline, now.texts.hash);
  const random = randomFrom(now.seed);
  const changes = now.targets.flatMap((target, place) => {
    const before = baseline.targets[place]!;
    const down = now.ended === 'server-down';
    return roles.flatMap(({ role, idOf }): Change[] => {
      const then = measured(before, idOf(before));
      if (!then) return [];
      const here = measured(target, idOf(target));
      if (!here) {
        const failed = target.settings.find(({ id }) => id === then.id)?.status === 'failed';
        if (!failed && !down) return [];
        const nothing = { id: then.id, textsPerSecond: null };
        const ratio = { estimate: 0, low: 0, high: 0 };
        return [
          {
            target: target.name,
            role,
            before: brief(then),
            now: nothing,
            ratio,
            verdict: 'slower',
            regressed: true,
          },
        ];
      }
      const ratio = unpairedRatio(here.samples.textsPerSecond, then.samples.textsPerSecond, random);
      const regressed = ratio.estimate < 1 - maxRegression && ratio.high !== null && ratio.high < 1;
      return [
        {
          target: target.name,
          role,
          before: brief(then),
          now: brief(here),
          ratio,
          verdict: verdictOn(ratio),
          regressed,
        },
      ];
    });
  });
  return { date: baseline.date, maxRegression, changes };
}

const roles: readonly { role: Change['role']; idOf: (target: TargetReport) => string | null }[] = [
  { role: 'individual', idOf: () => 'individual-1' },
  { role: 'batched', idOf: (target) => target.best },
  { role: 'adaptive', idOf: () => 'adaptive' },
];

function measured({ settings }: TargetReport, id: string | null): SettingReport | undefined {
  return settings.find(
    (one) => one.id === id && one.status === 'measured' && one.samples.textsPerSecond.length > 0,
  );
}

/** @throws {UsageError} when the baseline is of other embedders or models */
export function requireSameModels(
  baseline: BenchReport,
  now: readonly Pick<TargetReport, 'embedder' | 'model'>[],
): void {
  for (const [place, { embedder, model }] of now.entries()) {
    const before = baseline.targets[place];
    if (before?.embedder === embedder && before.model === model) continue;
    throw new UsageError(
      `The baseline measured ${before?.model ?? 'fewer models'}, not ${model}: compare with a report of the same model.`,
    );
  }
}

/**
 * Speeds of other texts can't be compared: long ones take longer.
 * @param hash of the texts now
 * @throws {UsageError} when the baseline measured others
 */
export function requireSameTexts(baseline: BenchReport, hash: string): void {
  if (baseline.texts?.hash === hash) return;
  throw new UsageError(
    'The baseline measured other texts: give the same paths, unchanged, or save a new baseline with --json.',
  );
}

function brief({ id, textsPerSecond }: SettingReport): Change['now'] {
  return { id, textsPerSecond };
}
