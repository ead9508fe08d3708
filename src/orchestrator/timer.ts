// Limits times to what Node's timers accept.

/** Max time of a timer, in ms; with a longer one, the timer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** @param ms may be `Infinity` */
export function timerMs(ms: number): number {
  return Math.min(ms, maxTimerMs);
}
