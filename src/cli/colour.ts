// Colour on the stream that it is written to: off without a terminal, by NO_COLOR, forced by FORCE_COLOR.
import { Chalk, type ChalkInstance, supportsColor, supportsColorStderr } from 'chalk';
import type { Printable } from '../printable.js';

// chalk reads FORCE_COLOR but not NO_COLOR.
const wanted = (level: number) => (process.env.NO_COLOR ? 0 : level) as 0 | 1 | 2 | 3;

/** For standard output: results. */
export const chalk: ChalkInstance = new Chalk({ level: wanted(supportsColor ? supportsColor.level : 0) });

/** For standard error: progress, notices, errors. */
export const chalkStderr: ChalkInstance = new Chalk({
  level: wanted(supportsColorStderr ? supportsColorStderr.level : 0),
});

/** A printable text in a style; those words are our own. */
export function painted(
  style: (text: string) => string,
  text: Printable | 'error' | 'warning' | 'failed' | 'slower',
): Printable {
  return style(text) as Printable;
}
