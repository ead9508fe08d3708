// Listeners that collect what is said.
import { eventsFor, type RunEvents } from '../../src/events.js';

/** Notices and warnings go into one list, in their order. */
export function saidInto(list: string[]): RunEvents {
  return eventsFor({ notice: (message) => list.push(message), warning: (message) => list.push(message) });
}

export function warningsInto(list: string[]): RunEvents {
  return eventsFor({ warning: (message) => list.push(message) });
}
