// A question that a person answers with yes or no.
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return Boolean(process.stdin.isTTY && process.stderr.isTTY);
}

/**
 * Asks on the terminal. Anything but `y` or `yes` means no, and so do the end of input and Ctrl-C, which
 * also becomes the exit status.
 */
export function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answered = false;
    terminal.once('SIGINT', () => {
      process.exitCode = 128 + constants.signals.SIGINT;
      terminal.close();
    });
    // Comes after an answer, too.
    terminal.once('close', () => {
      if (!answered) process.stderr.write('\n');
      resolve(false);
    });
    terminal.question(`${question} [y/N] `, (answer) => {
      answered = true;
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}
