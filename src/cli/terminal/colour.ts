// Colour on the stream that it is written to: off without a terminal, by NO_COLOR, forced by FORCE_COLOR.
import { isatty } from 'node:tty';
import type { ChalkInstance } from 'chalk';
import { variable } from '../../environment.js';
import { type Printable, styled } from '../../text/printable.js';

/** Styles of what is printable, which it stays. */
export interface Paint {
  bold(text: Printable): Printable;
  dim(text: Printable): Printable;
  red(text: Printable): Printable;
  green(text: Printable): Printable;
  yellow(text: Printable): Printable;
  cyan(text: Printable): Printable;
}

const plain: Paint = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  cyan: (text) => text,
};

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

/** Variables that chalk takes for set where they are there, and hold nothing. */
const taken = ['FORCE_COLOR', 'CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION', 'COLORTERM'];

/** Whether chalk may find a stream that takes colour; it reads FORCE_COLOR but not NO_COLOR. */
function mayPaint(): boolean {
  const isAsked = variable('FORCE_COLOR') ?? variable('TF_BUILD');
  return !variable('NO_COLOR') && (isAsked !== undefined || isatty(1) || isatty(2));
}

/** What paints standard output and standard error. chalk is loaded only where it could paint anything. */
async function paints(): Promise<[Paint, Paint]> {
  if (!mayPaint()) return [plain, plain];
  for (const name of taken) {
    if (variable(name) === undefined) delete process.env[name];
  }
  // chalk takes it for its level, and throws while it is loaded; Node takes what it doesn't know for no colours.
  if (Number.parseInt(variable('FORCE_COLOR') ?? '', 10) < 0) process.env.FORCE_COLOR = '0';
  const { Chalk, supportsColor, supportsColorStderr } = await import('chalk');
  const forStream = (found: typeof supportsColor) => paintWith(new Chalk({ level: found ? found.level : 0 }));
  return [forStream(supportsColor), forStream(supportsColorStderr)];
}

const [forResults, forNotices] = await paints();

/** For standard output: results. */
export const paint = forResults;

/** For standard error: progress, notices, errors. */
export const paintNotice = forNotices;
