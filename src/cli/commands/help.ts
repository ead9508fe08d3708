// `embed help`: the page of a command or of a topic.
import { UsageError } from '../../errors.js';
import { joined, say } from '../../text/printable.js';
import type { Declarations, Given } from '../declared/command.js';
import type { help as declared } from '../declared/help.js';
import type { Outcome } from '../declared/outcome.js';
import { pageFor, topicFor } from '../help/page-for.js';
import { pageLines } from '../help/terminal.js';
import { topics } from '../help/topics.js';
import { paint } from '../terminal/colour.js';
import { columns, printResults } from '../terminal/print.js';
import { unknownCommand } from '../unknown-command.js';

/** @param all what can be told of */
export function helpOf(all: Declarations) {
  return async ({ arguments: { what } }: Given<typeof declared>): Promise<Outcome> => {
    const page = pageFor(all, what, 'long') ?? (await topicFor(what));
    if (page === undefined) {
      const [first = '', second] = what;
      if (second !== undefined && all.some((one) => one.name === first && !('commands' in one))) {
        throw new UsageError(`\`embed ${first}\` has no commands of its own: see \`embed help ${first}\`.`);
      }
      const names = topics.map(({ name }) => name).join(', ');
      throw new UsageError(`${unknownCommand(all, what).message} Topics: ${names}.`);
    }
    printResults(joined(pageLines(page, columns(), paint.bold).map((line) => say`${line}\n`)));
    return {};
  };
}
