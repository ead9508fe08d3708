// Times as Node's timers take them.

/** The longest time of a timer, in ms; one with a longer time would end at once. */
const LONGEST = 2 ** 31 - 1;

/** @param ms may be `Infinity` */
export function timerMs(ms: number): number {
  return Math.min(ms, LONGEST);
}
