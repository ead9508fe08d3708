// What happens during a run, as lines on the terminal.
import type { RunEvents } from '../../events.js';
import { type Printable, printable, say } from '../../text/printable.js';
import { paintNotice as paint } from './colour.js';
import { pathsFromHere } from './shown-path.js';

/** A sentence with an address, a path and what a server said of it. */
const maxMessageLength = 2000;

/** Notices and warnings, a line each. @param line prints one */
export function printedEvents(line: (text: Printable) => void): Pick<RunEvents, 'notice' | 'warning'> {
  return {
    notice: (message) => line(printable(pathsFromHere(message), maxMessageLength)),
    warning: (message) =>
      line(say`${paint.yellow(say`warning`)}: ${printable(pathsFromHere(message), maxMessageLength)}`),
  };
}
