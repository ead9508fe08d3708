// A question that a person answers with yes or no.
import { constants } from 'node:os';
import { type Printable, say } from '../../text/printable.js';
import { notice, openTerminal, printNotice, showsNotices } from './print.js';

/** True when a user can answer: input and output are terminals. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && showsNotices();
}

/**
 * Asks on the terminal. Anything but `y` or `yes` means no, and so do the end of input and Ctrl-C, which
 * also becomes the exit status.
 */
export async function confirm(question: Printable): Promise<boolean> {
  const terminal = await openTerminal();
  return new Promise((resolve) => {
    let answered = false;
    terminal.once('SIGINT', () => {
      process.exitCode = 128 + constants.signals.SIGINT;
      terminal.close();
    });
    // Comes after an answer, too.
    terminal.once('close', () => {
      if (!answered) printNotice(say``);
      resolve(false);
    });
    terminal.question(`${notice(question)} [y/N] `, (answer) => {
      answered = true;
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}
