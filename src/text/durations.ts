// Formats durations for messages and reports, and bounds those that are waited for.
import { digits, plural } from './plural.js';
import { type Printable, say } from './printable.js';

/** Max time of a timer of Node, in ms; with a longer one, it would fire at once. */
export const maxTimerMs = 2 ** 31 - 1;

/** `0.42 ms`, `12 ms`, `1.3 s`: for measured times, in ms. */
export function time(ms: number): Printable {
  if (ms >= 1000) return say`${digits(ms / 1000, 1)} s`;
  return ms >= 10 ? say`${Math.round(ms)} ms` : say`${digits(ms, 2)} ms`;
}

/** `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`: for what is waited for, in seconds. */
export function duration(seconds: number): Printable {
  if (seconds < 10) return say`${digits(seconds, 1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return say`${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return say`${minutes} min ${rounded % 60} s`;
  return say`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 day`, `6 hours`, `90 seconds`: for settings in seconds, without rounding. */
export function period(seconds: number): Printable {
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, 'day');
  return seconds % 3600 === 0 ? plural(seconds / 3600, 'hour') : plural(seconds, 'second');
}
