// `embed search`: what it prints.
import { UsageError } from '../../errors.js';
import type { SearchBy, SearchResult } from '../../search/options.js';
import { wrapped } from '../../text/columns.js';
import { digits } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { search as declared } from '../declared/search.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printResults } from '../terminal/print.js';

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
      rerank: flags.rerank === undefined ? undefined : rerankOf(flags),
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
  if (!flags.json) printResults(joined(results.map(render), say`\n`));
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

function rerankOf({ rerank, rerankModel, rerankResults }: Flags) {
  return { url: rerank!, model: rerankModel, most: rerankResults };
}

/** Characters of a source: a record's id has no bound of its own. */
const maxSourceLength = 200;
/** Other documents with the same text that are named. */
const maxNamed = 3;

/** Score, place and heading on one line, the text below it, indented. */
function render({ score, text, metadata, sources }: SearchResult): Printable {
  const source = printable(metadata.source, maxSourceLength);
  const place = metadata.page ? say`${source}, page ${metadata.page}` : say`${source}:${metadata.line}`;
  const heading =
    metadata.heading.length > 0 ? paint.dim(say`  ${printable(metadata.heading.join(' › '))}`) : say``;
  const { context } = metadata;
  const beside = context ? firstLines(printable(context.replace(/\s+/g, ' ')), 76, 1) : [];
  const above = beside.map((line) => paint.dim(say`  ${line}\n`));
  const body = firstLines(printable(text.replace(/\s+/g, ' ').trim()), 76, 3).map((line) => say`  ${line}\n`);
  return say`${paint.green(digits(score, 3))}  ${paint.bold(place)}${heading}\n${joined([...above, ...body])}${alsoIn(sources, metadata.source)}`;
}

/** Where else the text stands. */
function alsoIn(sources: readonly string[], shown: string): Printable {
  const others = sources.filter((source) => source !== shown);
  if (others.length === 0) return say``;
  const named = others.slice(0, maxNamed).map((source) => printable(source, maxSourceLength));
  const more = others.length - named.length;
  return say`${paint.dim(say`  also in ${joined(named, say`, `)}${more > 0 ? say` and ${more} more` : say``}`)}\n`;
}

/** At most so many lines of a text. */
function firstLines(text: Printable, width: number, most: number): Printable[] {
  const lines = text === '' ? [] : wrapped(text, width);
  const last = lines[most - 1];
  if (lines.length <= most || last === undefined) return lines;
  return [...lines.slice(0, most - 1), say`${last} …`];
}
