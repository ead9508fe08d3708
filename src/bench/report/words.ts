// A measurement in words, the same on the terminal and on the page.
import { type Candidate, nameOf } from '../measure/candidates.js';
import { type Interval, verdictOn } from '../statistics/statistics.js';
import type { BenchReport, TargetReport } from './report.js';
import type { SettingReport } from './setting-report.js';

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

/** `7.5 times as fast (95 % interval 7.2 to 7.9)`, or that there is no difference, or that it isn't known yet. */
export function timesOf(ratio: Interval): string {
  const { estimate, low, high } = ratio;
  if (low === null || high === null) return `can't tell yet: ×${times(estimate)}, by too few rounds`;
  const interval = `(95 % interval ${times(low)} to ${times(high)})`;
  switch (verdictOn(ratio)) {
    case 'no-difference':
      return `no difference: ×${times(estimate)} ${interval}`;
    case 'cant-tell-yet':
      return `can't tell yet: ×${times(estimate)} ${interval}`;
    default:
      return `${times(estimate)} times as fast ${interval}`;
  }
}

/** The conclusions: the speed-up, then what to set, then the open questions. */
export function verdictOf(target: TargetReport, again: BenchReport['again']): string[] {
  const { speedup, recommended, settings, best, againstDefault } = target;
  const lines: string[] = [];
  const chosen = settings.find(({ id }) => id === best);
  if (speedup && chosen) lines.push(`${settingName(chosen)} against one at a time: ${timesOf(speedup)}.`);
  else lines.push('No batched setting could be measured against one text at a time.');
  const more =
    again && isOpen(target) ? [`To tell more, run about ${durationOf(again.seconds)}: ${again.command}`] : [];
  if (!recommended) {
    const why = settings.some(({ failure }) => failure !== null) ? ': see what failed' : ' yet';
    return [...lines, `No settings can be recommended${why}.`, ...more];
  }
  const { batchSize, concurrency } = recommended;
  const flags = `--batch-size ${batchSize}${concurrency === null ? '' : ` --concurrency ${concurrency}`}`;
  const compared =
    againstDefault && `${flags} against the adaptive default: ${timesOf(againstDefault.ratio)}.`;
  switch (recommended.reason) {
    case 'faster':
      lines.push(`Use ${flags} (or --save).`);
      break;
    case 'adaptive':
      lines.push('Set nothing: no fixed setting is faster than the adaptive default.');
      break;
    case 'vectors-differ':
      lines.push(`Use ${flags}: a batch changes the vectors on this server.`);
      break;
    case 'no-difference':
      lines.push('Set nothing: no batch is faster than one text at a time.');
      break;
    case 'cant-tell-yet':
      lines.push('Set nothing yet: no setting is known to be faster than the default.');
  }
  if (compared) lines.push(compared);
  else if (target.embedder !== 'builtin') lines.push('There was no time to measure the adaptive default.');
  return [...lines, ...more];
}

function isOpen({ verdict, againstDefault, recommended, best }: TargetReport): boolean {
  return best === null || [verdict, againstDefault?.verdict, recommended?.reason].includes('cant-tell-yet');
}

/** `50 s`, `4 min`, `3.5 h` */
export function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** The failures, grouped by message. */
export function failuresOf({ settings }: TargetReport): { names: string[]; message: string }[] {
  const byMessage = new Map<string, string[]>();
  for (const { failure, ...one } of settings) {
    if (failure)
      byMessage.set(failure.message, [...(byMessage.get(failure.message) ?? []), settingName(one)]);
  }
  return [...byMessage].map(([message, names]) => ({ names, message }));
}
