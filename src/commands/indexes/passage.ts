// A part of a document as text: its chunks from a line or a row on, put together again.
import { UsageError } from '../../errors.js';
import type { FoundPassage, TextAsked } from '../../indexes/indexes.js';
import type { Corpus } from '../../search/corpus.js';
import { passageOf } from '../../search/passage.js';
import type { OutputRow } from '../../search/row.js';
import { parseSourceLine, rowAtLine } from '../../search/source-line.js';
import { printable } from '../../text/printable.js';
import { estimateCounter } from '../../tokens/estimating-counter.js';

/** @returns undefined when there is no such row or document @throws what the corpus throws */
export async function passageAt(corpus: Corpus, asked: TextAsked): Promise<FoundPassage | undefined> {
  const start = asked.id === undefined ? await startOf(corpus, asked) : await startOfId(corpus, asked.id);
  if (start === undefined) return undefined;
  const { source, chunk } = start;
  // One more tells whether there is more.
  const rows = await corpus.find({ source, from: chunk, to: chunk + asked.chunks });
  const shown = fitting(rows.slice(0, asked.chunks), asked.maxTokens);
  const [first] = shown;
  const passage = passageOf(shown);
  if (first === undefined || passage === undefined) {
    throw new UsageError(`${printable(source)} has no text from there on in the index.`);
  }
  const next = rows[shown.length]?.metadata.chunk;
  return {
    ...{ in: corpus.name ?? '', source, heading: first.metadata.heading },
    ...{ line: passage.line, text: passage.text, chunks: passage.chunks },
    ...(next !== undefined && { nextChunk: next }),
  };
}

interface Start {
  source: string;
  chunk: number;
}

/** Of a source, with a line after a colon, too: so searches show it. */
async function startOf(
  corpus: Corpus,
  { source = '', line = 1, chunk }: TextAsked,
): Promise<Start | undefined> {
  if ((await corpus.find({ source, from: 0, to: 0 })).length > 0) {
    if (chunk !== undefined || line === 1) return { source, chunk: chunk ?? 0 };
    return startAt(await corpus.find({ source }), line);
  }
  const place = parseSourceLine(source);
  return place && startAt(await corpus.find({ source: place.source }), place.line);
}

function startAt(rows: readonly OutputRow[], line: number): Start | undefined {
  return startOfRow(rowAtLine(rows, line));
}

async function startOfId(corpus: Corpus, id: string): Promise<Start | undefined> {
  const [row] = await corpus.find({ id: id.toLowerCase() });
  return startOfRow(row);
}

function startOfRow(row: OutputRow | undefined): Start | undefined {
  return row && { source: row.metadata.source, chunk: row.metadata.chunk };
}

/** As many as fit, and one at least. */
function fitting(rows: readonly OutputRow[], maxTokens: number): OutputRow[] {
  const counter = estimateCounter();
  let tokens = 0;
  const end = rows.findIndex(({ text }, place) => {
    tokens += counter.count(text);
    return place > 0 && tokens > maxTokens;
  });
  return rows.slice(0, end < 0 ? rows.length : end);
}
