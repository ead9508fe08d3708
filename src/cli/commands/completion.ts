// `embed completion`: a script for a shell.
import { joined, printable, say } from '../../text/printable.js';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { completedCommands } from '../completion/words.js';
import { zshScript } from '../completion/zsh.js';
import type { Declarations, Given } from '../declared/command.js';
import type { completion as declared } from '../declared/completion.js';
import type { Outcome } from '../declared/outcome.js';
import { printResults } from '../terminal/print.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
/** Characters of one line. */
const maxLineLength = 20_000;

/** @param all what is completed */
export function completionOf(all: Declarations) {
  return async ({ arguments: { shell } }: Given<typeof declared>): Promise<Outcome> => {
    const lines = scripts[shell](completedCommands(all)).split('\n').slice(0, -1);
    printResults(joined(lines.map((line) => say`${printable(line, maxLineLength)}\n`)));
    return {};
  };
}
