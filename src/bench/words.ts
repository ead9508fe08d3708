// A measurement in words, alike on the terminal and on the page.
import { type Candidate, nameOf } from './candidates.js';
import type { TargetReport } from './report.js';
import type { SettingReport } from './setting.js';
import { differenceOf, type Interval } from './statistics.js';

type Named = Pick<SettingReport, 'kind' | 'batchSize' | 'concurrency'>;

export function settingName({ kind, batchSize, concurrency }: Named): string {
  return nameOf({
    id: '',
    kind,
    batchSize: batchSize ?? 0,
    concurrency: concurrency ?? 0,
  } satisfies Candidate);
}

/** `0.42`, `8.21`, `41.2`, `5,012`; `-` where nothing was measured. */
export function speedOf(value: number | null): string {
  if (value === null) return '-';
  return times(value);
}

/** `1.08`, `12.4`, `8,541` */
export function times(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `7.5 times as fast (95 % interval 7.2 to 7.9)`, or that there is no difference. */
export function timesOf(ratio: Interval): string {
  const { estimate, low, high } = ratio;
  if (low === null || high === null)
    return `${times(estimate)} times as fast (too few rounds for an interval)`;
  const interval = `(95 % interval ${times(low)} to ${times(high)})`;
  if (differenceOf(ratio) !== 'none') return `${times(estimate)} times as fast ${interval}`;
  if (low <= 1 && high >= 1) return `no difference: ×${times(estimate)}, within the noise ${interval}`;
  return `no difference worth a setting: ×${times(estimate)} ${interval}`;
}

/** What to make of it: the speed-up first, then what to set. */
export function verdictOf(target: TargetReport): string[] {
  const { speedup, recommended, settings, best } = target;
  const lines: string[] = [];
  const chosen = settings.find(({ id }) => id === best);
  if (speedup && chosen) lines.push(`${settingName(chosen)} against one at a time: ${timesOf(speedup)}.`);
  else lines.push('No batched setting could be measured against one text at a time.');
  if (!recommended) return [...lines, 'No settings can be recommended: see what failed.'];
  const flags = `--batch-size ${recommended.batchSize} --concurrency ${recommended.concurrency}`;
  switch (recommended.reason) {
    case 'faster':
      lines.push(`Use ${flags} (or --save).${againstAdaptive(target)}`);
      break;
    case 'adaptive':
      lines.push(`Set nothing: the adaptive default is faster than ${flags}, the best fixed setting.`);
      break;
    case 'vectors-differ':
      lines.push(`Use ${flags}: a batch changes the vectors on this server.`);
      break;
    case 'no-difference':
      lines.push(`Nothing to set: ${flags} is as good as any, and so is the default.`);
      break;
    case 'too-few-rounds':
      lines.push(`${flags} looks best, by too few rounds to be sure: allow more with --time-limit.`);
  }
  return lines;
}

/** Percent of a fixed setting's speed at which nothing need be fixed. */
const AS_GOOD = 95;

/** How the default compares: who sets nothing gets it. */
function againstAdaptive({ settings, recommended }: TargetReport): string {
  const adaptive = settings.find(({ kind }) => kind === 'adaptive');
  const used = settings.find(
    (one) => one.batchSize === recommended?.batchSize && one.concurrency === recommended?.concurrency,
  );
  if (!adaptive?.textsPerSecond || !used?.textsPerSecond) return '';
  const share = Math.round((100 * adaptive.textsPerSecond) / used.textsPerSecond);
  return share >= AS_GOOD
    ? ` With nothing set, the adaptive default is as good: ${share} % of it.`
    : ` With nothing set, the adaptive default reaches ${share} % of it.`;
}

/** What failed, by what was said of it. */
export function failuresOf({ settings }: TargetReport): { names: string[]; message: string }[] {
  const byMessage = new Map<string, string[]>();
  for (const { failure, ...one } of settings) {
    if (failure)
      byMessage.set(failure.message, [...(byMessage.get(failure.message) ?? []), settingName(one)]);
  }
  return [...byMessage].map(([message, names]) => ({ names, message }));
}
