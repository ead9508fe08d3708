// Points in time: what is one, and how messages name it.
import { type Printable, printable } from './printable.js';

/** The last ms of the year 9999: later ones have other texts, or none. */
const lastMoment = 253_402_300_799_999;

/** Whether a value is a point in time from 1970 to 9999, in ms since 1970. */
export function isMoment(ms: unknown): ms is number {
  return typeof ms === 'number' && ms >= 0 && ms <= lastMoment;
}

/** `2026-03-07 21:05`, by the clock of the machine. */
export function moment(iso: string): Printable {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return printable(`${day} ${two(at.getHours())}:${two(at.getMinutes())}`);
}
