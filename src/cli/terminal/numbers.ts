// Numbers as people read them.
import { type Printable, printable, say } from '../../text/printable.js';

/** `12.3`: with so many digits after the point. */
export function digits(value: number, count: number): Printable {
  return printable(value.toFixed(count));
}

/** `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): Printable {
  if (seconds < 10) return say`${digits(seconds, 1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return say`${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return say`${minutes} min ${rounded % 60} s`;
  return say`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
