// The settings to show side by side: the base, the best ones, and those that aren't fixed.
import type { TargetReport } from './report.js';
import type { SettingReport } from './setting-report.js';

export function notable({ settings, best }: TargetReport): SettingReport[] {
  return settings.filter(({ id, kind, phase, rounds }) => {
    if (rounds === 0) return false;
    if (kind === 'individual') return id === 'individual-1' || phase === 'check';
    return kind !== 'batched' || id === best;
  });
}
