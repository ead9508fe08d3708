// `embed search`: what it prints.
import { UsageError } from '../../errors.js';
import type { SearchBy, SearchResult } from '../../search/options.js';
import { columnsOf, cut } from '../../text/columns.js';
import { digits } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { search as declared } from '../declared/search.js';
import { rerankOf } from '../rerank.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { passageLines } from '../terminal/passage.js';
import { columns, printNotice, printResults } from '../terminal/print.js';
import { sourceFromHere } from '../terminal/shown-path.js';

export async function runSearch(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const by = byOf(flags);
  const { settings } = await settingsFor(given, printNotice);
  const [out = settings.out, ...others] = flags.out ?? [];
  const { search } = await import('../../commands/search.js');
  const results = await withSignals((signal) =>
    search({
      question: given.arguments.question.join(' '),
      settings: { ...settings, out },
      k: flags.results,
      in: others.length === 0 ? flags.in : [...(flags.in ?? []), ...[out, ...others].map(asFolder)],
      by,
      rerank: rerankOf(flags),
      group: flags.group,
      around: flags.around,
      whole: flags.whole,
      source: flags.source,
      where: flags.where,
      minScore: flags.minScore,
      signal,
      events: printedEvents(printNotice),
    }),
  );
  // A destination, or one of several outputs, isn't in a place that is known here.
  const isHere = flags.in === undefined && results.every((one) => one.in === undefined);
  const named = (source: string) => (isHere ? sourceFromHere(source, settings.out) : source);
  if (!flags.json) {
    printResults(
      joined(
        results.map((one) => renderResult(one, columns(), named)),
        say`\n`,
      ),
    );
    if (results.length === 0) printNotice(say`Nothing found: no row of the index fits.`);
  }
  return { result: { results } };
}

type Flags = Given<typeof declared>['flags'];

/** A folder, whatever its name: `a=b` would be one with a name, `parquet:x` a file. */
function asFolder(path: string): string {
  return /^(?:\/|\.\.?\/)/.test(path) ? path : `./${path}`;
}

/** @throws {UsageError} when two are given */
function byOf({ hybrid, words, vectors }: Pick<Flags, SearchBy>): SearchBy | undefined {
  const given = Object.entries({ hybrid, words, vectors }).flatMap(([by, isGiven]) =>
    isGiven ? [by as SearchBy] : [],
  );
  if (given.length > 1) throw new UsageError('--hybrid, --words and --vectors: give one of them.');
  return given[0];
}

/** Characters of a source: a record's id has no bound of its own. */
const maxSourceLength = 200;
/** Other documents with the same text that are named. */
const maxNamed = 3;

/**
 * Score, place and heading on one line, the text below it, indented.
 * @param room columns of the terminal @param named a source as it is shown
 */
export function renderResult(
  { score, text, metadata, sources }: SearchResult,
  room: number,
  named: (source: string) => string = (source) => source,
): Printable {
  const source = printable(named(metadata.source), maxSourceLength);
  const place = metadata.page ? say`${source}, page ${metadata.page}` : say`${source}:${metadata.line}`;
  const head = say`${digits(score, 3)}  ${place}`;
  const width = Math.max(minWidth, Math.min(room, maxWidth)) - 2;
  const title = printable(metadata.heading.join(' › '));
  // Beside the place where there is room, else below it.
  const isBeside = columnsOf(head) + columnsOf(title) + 2 <= width + 2;
  const heading = title === '' ? [] : [paint.dim(isBeside ? title : cut(title, width))];
  const context = metadata.context ? [printable(metadata.context.replace(/\s+/g, ' '))] : [];
  const above = context.map((line) => paint.dim(cut(line, width)));
  const below = passageLines(text, metadata.heading, width);
  const first = say`${paint.green(digits(score, 3))}  ${paint.bold(place)}`;
  const lines = isBeside
    ? [joined([first, ...heading], say`  `), ...indented([...above, ...below])]
    : [first, ...indented([...heading, ...above, ...below])];
  return say`${joined(lines.map((line) => say`${line}\n`))}${alsoIn(sources, metadata.source, named)}`;
}

function indented(lines: readonly Printable[]): Printable[] {
  return lines.map((line) => say`  ${line}`);
}

/** Columns of a line: longer ones are hard to read. */
const maxWidth = 100;
const minWidth = 24;

/** Where else the text stands. */
function alsoIn(sources: readonly string[], shown: string, name: (source: string) => string): Printable {
  const others = sources.filter((source) => source !== shown);
  if (others.length === 0) return say``;
  const named = others.slice(0, maxNamed).map((source) => printable(name(source), maxSourceLength));
  const more = others.length - named.length;
  return say`${paint.dim(say`  also in ${joined(named, say`, `)}${more > 0 ? say` and ${more} more` : say``}`)}\n`;
}
