// `embed formats`: what it prints.
import { wrapped } from '../../text/columns.js';
import { joined, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { formats as declared } from '../declared/formats.js';
import type { Outcome } from '../declared/outcome.js';
import { paint } from '../terminal/colour.js';
import { columns, printResult } from '../terminal/print.js';

const maxWidth = 100;
const minWidth = 30;

export async function runFormats({ flags }: Given<typeof declared>): Promise<Outcome> {
  const { listFormats } = await import('../../commands/formats.js');
  const formats = listFormats();
  const width = Math.max(minWidth, Math.min(columns(), maxWidth)) - 2;
  if (flags.json) return { result: { formats } };
  for (const { title, extensions, names, keeps } of formats) {
    const files = wrapped(printable([...extensions, ...names].join(' '), 4000), width);
    printResult(say`${paint.bold(printable(title))}`);
    printResult(
      joined(
        files.map((line) => say`  ${line}`),
        say`\n`,
      ),
    );
    printResult(
      joined(
        wrapped(printable(keeps, 4000), width).map((line) => say`  ${paint.dim(line)}`),
        say`\n`,
      ),
    );
  }
  return { result: { formats } };
}
