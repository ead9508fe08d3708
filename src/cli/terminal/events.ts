// What happens during a run, as lines on the terminal.
import type { RunEvents } from '../../events.js';
import { type Printable, printable, say } from '../../text/printable.js';
import { paintNotice as paint } from './colour.js';
import { pathsFromHere } from './shown-path.js';
import { keepNotice } from './told-notices.js';

/** A sentence with an address, a path and what a server said of it. */
const maxMessageLength = 2000;

/** Notices and warnings, a line each. @param line prints one */
export function printedEvents(line: (text: Printable) => void): Pick<RunEvents, 'notice' | 'warning'> {
  return {
    notice(message, code) {
      keepNotice('notice', code, message);
      line(printable(pathsFromHere(message), maxMessageLength));
    },
    warning(message, code) {
      keepNotice('warning', code, message);
      line(say`${paint.yellow(say`warning`)}: ${printable(pathsFromHere(message), maxMessageLength)}`);
    },
  };
}
