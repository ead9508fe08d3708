// Results of a search for people: score, place and heading, the text below it with the words that matched.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { spansOf } from '../../search/matched-words.js';
import type { SearchResult } from '../../search/options.js';
import { columnsOf, cut } from '../../text/columns.js';
import { digits } from '../../text/plural.js';
import { joined, linked, type Printable, part, printable, say } from '../../text/printable.js';
import { tokensOf } from '../../text/words.js';
import { paint } from './colour.js';
import { passageLines } from './passage.js';
import { columns, showsResults } from './print.js';

/** Characters of a source: a record's id has no bound of its own. */
const maxSourceLength = 200;
/** Other documents with the same text that are named. */
const maxNamed = 3;
const maxWords = 8;
/** Columns of a line: longer ones are hard to read. */
const maxWidth = 100;
const minWidth = 24;
const maxPassageLines = 2000;

/** Where the documents of results are. */
export interface Places {
  /** The folder that a result's source is relative to; undefined where that isn't known. */
  folderOf(result: SearchResult): string | undefined;
  /** A source as it is shown. */
  named(source: string): string;
}

/** @returns what is printed of them */
export async function renderResults(results: readonly SearchResult[], places: Places): Promise<Printable> {
  const canLink = showsResults() && (await import('supports-hyperlinks')).default.stdout;
  return joined(
    results.map((result) => {
      const folder = canLink ? places.folderOf(result) : undefined;
      const link = (place: Printable) => (folder === undefined ? place : toFile(result, place, folder));
      return renderResult(result, columns(), places.named, link);
    }),
    say`\n`,
  );
}

/**
 * Score, place and heading on one line, the text below it, indented.
 * @param room columns of the terminal
 * @param named a source as it is shown
 * @param link makes a link of the place
 */
export function renderResult(
  result: SearchResult,
  room: number,
  named: (source: string) => string = (source) => source,
  link: (place: Printable) => Printable = (place) => place,
): Printable {
  const { score, text, metadata, sources, words, passage } = result;
  const source = printable(named(metadata.source), maxSourceLength);
  const place = metadata.page ? say`${source}, page ${metadata.page}` : say`${source}:${metadata.line}`;
  const from = result.in === undefined ? say`` : say`  in ${printable(result.in, 60)}`;
  const order = orderOf(result);
  const behind = order === undefined ? from : say`${from}  ${order}`;
  const head = say`${digits(score, 3)}  ${place}${behind}`;
  const width = Math.max(minWidth, Math.min(room, maxWidth)) - 2;
  const title = printable(metadata.heading.join(' › '));
  // Beside the place where there is room, else below it.
  const isBeside = columnsOf(head) + columnsOf(title) + 2 <= width + 2;
  const heading = title === '' ? [] : [paint.dim(isBeside ? title : cut(title, width))];
  const context = metadata.context ? [printable(metadata.context.replace(/\s+/g, ' '))] : [];
  const above = context.map((line) => paint.dim(cut(line, width)));
  const shown =
    passage === undefined ? passageLines(text, metadata.heading, width) : wholeLines(passage.text);
  const wanted = new Set(words.flatMap((word) => tokensOf(word).slice(0, 1)).map((token) => token.word));
  const below = [...shown.map((line) => marked(line, wanted)), ...matched(words)];
  const first = say`${paint.green(digits(score, 3))}  ${paint.bold(link(place))}${paint.dim(behind)}`;
  const lines = isBeside
    ? [joined([first, ...heading], say`  `), ...indented([...above, ...below])]
    : [first, ...indented([...heading, ...above, ...below])];
  return say`${joined(lines.map((line) => say`${line}\n`))}${alsoIn(sources, metadata.source, named)}`;
}

/** Why it stands where it does: its places by vectors and by words, and what a reranker gave. Undefined where the score tells. */
export function orderOf({ ranks, rerank }: SearchResult): Printable | undefined {
  const parts = [
    ...(ranks?.vectors === undefined ? [] : [say`vectors ${ranks.vectors}`]),
    ...(ranks?.words === undefined ? [] : [say`words ${ranks.words}`]),
    ...(rerank === undefined ? [] : [say`rerank ${digits(rerank, 3)}`]),
  ];
  return parts.length === 0 ? undefined : joined(parts, say`, `);
}

function indented(lines: readonly Printable[]): Printable[] {
  return lines.map((line) => say`  ${line}`);
}

/** All lines of a passage as they stand. */
function wholeLines(text: string): Printable[] {
  const lines = text.split(/\r\n?|\n/).slice(0, maxPassageLines);
  return lines.map((line) => printable(line.replaceAll('\t', '    '), 10_000));
}

function marked(line: Printable, wanted: ReadonlySet<string>): Printable {
  const parts: Printable[] = [];
  let at = 0;
  for (const [start, end] of spansOf(line, wanted)) {
    parts.push(part(line, at, start), paint.yellow(part(line, start, end)));
    at = end;
  }
  return joined([...parts, part(line, at)]);
}

/** Where colours can't show them. */
function matched(words: readonly string[]): Printable[] {
  const isPainted = paint.yellow(say`x`) !== say`x`;
  if (isPainted || words.length === 0) return [];
  const named = words.slice(0, maxWords).map((word) => printable(word, 60));
  return [say`words: ${joined(named, say`, `)}${words.length > maxWords ? say` …` : say``}`];
}

/** Where else the text stands. */
function alsoIn(sources: readonly string[], shown: string, name: (source: string) => string): Printable {
  const others = sources.filter((source) => source !== shown);
  if (others.length === 0) return say``;
  const named = others.slice(0, maxNamed).map((source) => printable(name(source), maxSourceLength));
  const more = others.length - named.length;
  return say`${paint.dim(say`  also in ${joined(named, say`, `)}${more > 0 ? say` and ${more} more` : say``}`)}\n`;
}

/** A link to the file and line, as terminals and editors open them; none where there is no such file. */
function toFile({ metadata: { source, line } }: SearchResult, place: Printable, folder: string): Printable {
  const record = source.indexOf('#');
  const names = record < 0 ? [source] : [source, source.slice(0, record)];
  const path = names.map((name) => resolve(folder, name)).find((name) => existsSync(name));
  if (path === undefined) return place;
  const url = pathToFileURL(path);
  if (process.env.TERM_PROGRAM === 'vscode') return linked(place, `vscode://file${url.pathname}:${line}`);
  // Others that could be on the way, such as ssh, must not open a file of their own.
  url.hostname = hostname().toLowerCase();
  return linked(place, `${url.href}#${line}`);
}
