// `embed list`: what it prints.
import type { ListedDocument } from '../../commands/list.js';
import { padEnd, padStart } from '../../text/columns.js';
import { moment } from '../../text/moments.js';
import { plural, whole } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { list as declared } from '../declared/list.js';
import type { Outcome } from '../declared/outcome.js';
import { namedIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printNotice, printResult } from '../terminal/print.js';
import { sourceFromHere } from '../terminal/shown-path.js';

/** A record's id has no bound of its own. */
const maxSourceLength = 500;

export async function runList(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const settings = namedIndex(await settingsFor(given, printNotice), given.arguments.dir, given.settings.out);
  const { listDocuments } = await import('../../commands/list.js');
  const documents: ListedDocument[] = [];
  const all = { documents: 0, rows: 0, tokens: 0 };
  await withSignals(async (signal) => {
    for await (const document of listDocuments({ settings, ...flags, from: process.cwd(), signal })) {
      if (flags.json) documents.push(document);
      else {
        if (all.documents === 0) printResult(paint.dim(line('rows', 'tokens', 'changed', say`document`)));
        printResult(render(document, settings.out));
      }
      all.documents++;
      all.rows += document.rows;
      all.tokens += document.tokens;
    }
  });
  if (!flags.json) {
    const found = all.documents === 0 ? say`Nothing matches` : plural(all.documents, 'document');
    printNotice(
      flags.failed && all.documents === 0
        ? say`Nothing failed.`
        : say`${found}: ${plural(all.rows, 'row')}, ${plural(all.tokens, 'token')}.`,
    );
  }
  return { result: { documents } };
}

function render({ source, rows, tokens, changed, failures }: ListedDocument, out: string): Printable {
  const name = printable(sourceFromHere(source, out), maxSourceLength);
  const at = changed === undefined ? 'not known here' : moment(changed);
  const why = failures === undefined ? say`` : paint.red(say`  ${printable(failures.join(', '))}`);
  return line(whole(rows), whole(tokens), at, say`${name}${why}`);
}

function line(rows: string, tokens: string, changed: string, rest: Printable): Printable {
  return say`${padStart(printable(rows), 7)}  ${padStart(printable(tokens), 9)}  ${padEnd(printable(changed), 16)}  ${rest}`;
}
