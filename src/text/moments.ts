// Formats points in time for messages.
import { type Printable, printable } from './printable.js';

/** `2026-03-07 21:05`, by the clock of the machine. */
export function moment(iso: string): Printable {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return printable(`${day} ${two(at.getHours())}:${two(at.getMinutes())}`);
}
