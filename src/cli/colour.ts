// Colour on the stream that it is written to: off without a terminal, by NO_COLOR, forced by FORCE_COLOR.
import { Chalk, type ChalkInstance, supportsColor, supportsColorStderr } from 'chalk';
import { variable } from '../environment.js';
import { type Printable, styled } from '../printable.js';

/** Styles of what is printable, which it stays. */
export interface Paint {
  bold(text: Printable): Printable;
  dim(text: Printable): Printable;
  red(text: Printable): Printable;
  green(text: Printable): Printable;
  yellow(text: Printable): Printable;
  cyan(text: Printable): Printable;
}

function paintWith(chalk: ChalkInstance): Paint {
  return {
    bold: (text) => styled(chalk.bold, text),
    dim: (text) => styled(chalk.dim, text),
    red: (text) => styled(chalk.red, text),
    green: (text) => styled(chalk.green, text),
    yellow: (text) => styled(chalk.yellow, text),
    cyan: (text) => styled(chalk.cyan, text),
  };
}

// chalk reads FORCE_COLOR but not NO_COLOR.
const wanted = (level: number) => (variable('NO_COLOR') ? 0 : level) as 0 | 1 | 2 | 3;

/** For standard output: results. */
export const paint = paintWith(new Chalk({ level: wanted(supportsColor ? supportsColor.level : 0) }));

/** For standard error: progress, notices, errors. */
export const paintNotice = paintWith(
  new Chalk({ level: wanted(supportsColorStderr ? supportsColorStderr.level : 0) }),
);
