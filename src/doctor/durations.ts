// Formats times for the report.
import { plural } from '../text/plural.js';

/** `0.42 ms`, `12 ms`, `1.3 s` */
export function time(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(2)} ms`;
}

/** `3600 s` as `1 h`; whole units only. */
export function period(seconds: number): string {
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, 'day');
  return seconds % 3600 === 0 ? plural(seconds / 3600, 'hour') : plural(seconds, 'second');
}
