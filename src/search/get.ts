// Finds a text by where it stands: by the id of its row, or by its source with or without a line.
import { UsageError } from '../errors.js';
import { printable } from '../text/printable.js';
import type { Corpus } from './corpus.js';
import type { Passage } from './options.js';
import { maxPassageLength, passageAround, passageOf } from './passage.js';
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
  /** What was embedded before the chunk that is meant, such as the header row of its table; absent where nothing was. */
  context?: string;
  /** Line on which the last chunk starts, where the line that was asked for is beyond that chunk. */
  lastLine?: number;
  /** Name of the output or destination that holds it; absent where none was given. */
  in?: string;
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param what an id, a source, or `source:line`
 * @returns one text for each corpus that has it; of a file of records, one for each record
 * @throws {UsageError} when none has it, or a file of records has too much text
 */
export async function findTexts(
  corpora: readonly Corpus[],
  what: string,
  options: GetOptions = {},
): Promise<FoundText[]> {
  const found: FoundText[] = [];
  for (const corpus of corpora) {
    const one = await findIn(corpus, what, options);
    const texts = one === undefined ? await recordsIn(corpus, what, options) : [one];
    found.push(...texts.map((text) => ({ ...text, ...(corpus.name !== undefined && { in: corpus.name }) })));
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
  const rows = await corpus.find({ source: place.source });
  const row = rowAtLine(rows, place.line);
  if (row === undefined) return undefined;
  const isBeyond = row === rows.at(-1) && place.line > endLine(row);
  const text = await textOf(corpus, row, whole ? undefined : (around ?? 0));
  return isBeyond ? { ...text, lastLine: row.metadata.line } : text;
}

function endLine({ text, metadata }: OutputRow): number {
  return metadata.line + text.trimEnd().split('\n').length - 1;
}

/** Of a file of records: all of them, or the one on a line. */
async function recordsIn(
  corpus: Corpus,
  what: string,
  { around, whole = false }: GetOptions,
): Promise<FoundText[]> {
  if (corpus.recordRows === undefined) return [];
  let length = 0;
  let record: OutputRow[] = [];
  const texts: FoundText[] = [];
  const end = (): void => {
    const passage = passageOf(record);
    if (passage !== undefined) texts.push(withPlace(record[0]!, passage));
    record = [];
  };
  for await (const row of corpus.recordRows(what)) {
    if (row.metadata.source !== record[0]?.metadata.source) end();
    length += row.text.length;
    if (length > maxPassageLength) {
      throw new UsageError(
        `The records of ${printable(what, 200)} are too much text at once: ask for one, such as ${printable(row.metadata.source, 200)}.`,
      );
    }
    record.push(row);
  }
  end();
  if (texts.length > 0) return texts;
  const place = parseSourceLine(what);
  if (place === undefined) return [];
  let nearest: OutputRow | undefined;
  for await (const row of corpus.recordRows(place.source)) {
    nearest = nearest === undefined ? row : rowAtLine(inOrderOfLines([nearest, row]), place.line);
  }
  return nearest === undefined ? [] : [await textOf(corpus, nearest, whole ? undefined : (around ?? 0))];
}

function inOrderOfLines(rows: readonly OutputRow[]): OutputRow[] {
  return [...rows].sort((one, other) => one.metadata.line - other.metadata.line);
}

async function textOf(corpus: Corpus, row: OutputRow, around: number | undefined): Promise<FoundText> {
  const passage = await passageAround(corpus, row, around);
  const { context } = row.metadata;
  return {
    id: row.id,
    ...withPlace(row, passage ?? passageOf([row])!),
    ...(context !== undefined && { context }),
  };
}

function withPlace({ metadata }: OutputRow, passage: Passage): FoundText {
  return { source: metadata.source, heading: metadata.heading, ...passage };
}
