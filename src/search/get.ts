// Finds a text by where it stands: by the id of its row, or by its source with or without a line.
import { UsageError } from '../errors.js';
import { printable } from '../text/printable.js';
import type { Corpus } from './corpus.js';
import type { Passage } from './options.js';
import { passageAround, passageOf } from './passage.js';
import type { OutputRow } from './row.js';
import { parseSourceLine, rowAtLine } from './source-line.js';

/** How much of a document `get` gives. */
export interface GetOptions {
  /** Chunks before and after the one that is meant. @default none */
  around?: number | undefined;
  /** All of its document. @default only where nothing but a source is named */
  whole?: boolean | undefined;
}

/** A text that `get` found. */
export interface FoundText extends Passage {
  /** Id of the row that is meant; absent where a whole document is. */
  id?: string;
  /** POSIX path relative to the output's parent folder when inside it, else absolute; `file#id` for records. */
  source: string;
  /** Titles of the sections around its first chunk, outermost first. */
  heading: string[];
  /** Name of the output or destination that holds it; absent where none was given. */
  in?: string;
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param what an id, a source, or `source:line`
 * @returns one text for each corpus that has it
 * @throws {UsageError} when none has it
 */
export async function findTexts(
  corpora: readonly Corpus[],
  what: string,
  options: GetOptions = {},
): Promise<FoundText[]> {
  const found: FoundText[] = [];
  for (const corpus of corpora) {
    const text = await findIn(corpus, what, options);
    if (text !== undefined) found.push({ ...text, ...(corpus.name !== undefined && { in: corpus.name }) });
  }
  if (found.length > 0) return found;
  const places = corpora.map(({ shown }) => shown).join(', ');
  throw new UsageError(
    `There is no text ${printable(what, 200)} in ${places}: give an id or a source as \`embed search --json\` prints them, such as docs/page.md:12.`,
  );
}

async function findIn(
  corpus: Corpus,
  what: string,
  { around, whole = false }: GetOptions,
): Promise<FoundText | undefined> {
  if (idPattern.test(what)) {
    const [row] = await corpus.find({ id: what.toLowerCase() });
    if (row !== undefined) return await textOf(corpus, row, whole ? undefined : (around ?? 0));
  }
  const all = await corpus.find({ source: what });
  // A source may end like a line.
  if (all.length > 0) return withPlace(all[0]!, passageOf(all)!);
  const place = parseSourceLine(what);
  if (place === undefined) return undefined;
  const row = rowAtLine(await corpus.find({ source: place.source }), place.line);
  return row && (await textOf(corpus, row, whole ? undefined : (around ?? 0)));
}

async function textOf(corpus: Corpus, row: OutputRow, around: number | undefined): Promise<FoundText> {
  const passage = await passageAround(corpus, row, around);
  return { id: row.id, ...withPlace(row, passage ?? passageOf([row])!) };
}

function withPlace({ metadata }: OutputRow, passage: Passage): FoundText {
  return { source: metadata.source, heading: metadata.heading, ...passage };
}
