// Lines that are printed only when a run had news: something changed or failed. For cron, which mails what is printed.
import { type Printable, printable } from '../../text/printable.js';
import { printNotice } from './print.js';

/** Lines kept; the first ones, as they say how it began. */
const maxHeld = 200;

export class HeldLines {
  #lines: Printable[] = [];

  /** Keeps a line until it is known whether there are news. */
  readonly hold = (line: Printable): void => {
    if (this.#lines.length < maxHeld) this.#lines.push(line);
    else if (this.#lines.length === maxHeld) this.#lines.push(printable('…'));
  };

  /** Prints what was kept, once. */
  print(): void {
    for (const line of this.#lines.splice(0)) printNotice(line);
  }
}
