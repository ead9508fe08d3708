// `embed search`: what it prints.
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import type { SearchResult } from '../../search/options.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { search as declared } from '../declared/search.js';
import { refuseUnplaced } from '../named-source.js';
import { nearIndex, withNotedServers } from '../near-index.js';
import { rerankOf } from '../rerank.js';
import { byOf, type PlacesAsked, placesAsked } from '../search-flags.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printResults } from '../terminal/print.js';
import { asCsv, asFiles, asMarkdown } from '../terminal/search-forms.js';
import { type Places, renderResults } from '../terminal/search-view.js';
import { sourceFromHere } from '../terminal/shown-path.js';

type Flags = Given<typeof declared>['flags'];

export async function runSearch(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const by = byOf(flags);
  const loaded = await settingsFor(given, printNotice);
  const near = flags.out === undefined ? nearIndex(loaded) : loaded.settings;
  const found = placesAsked(flags, near);
  const asked = {
    ...found,
    settings: flags.in
      ? found.settings
      : withNotedServers({ ...loaded, settings: found.settings }, printNotice).settings,
  };
  await refuseUnplaced(flags.source, asked);
  const questions = await questionsOf(given);
  const { searchAll } = await import('../../commands/search.js');
  const lists = await withSignals((signal) =>
    searchAll({
      ...{ ...asked, questions, by, signal },
      k: flags.results,
      rerank: rerankOf(flags),
      group: flags.group,
      around: flags.around,
      whole: flags.whole,
      source: flags.source,
      from: process.cwd(),
      where: flags.where,
      minScore: flags.minScore,
      events: printedEvents(printNotice),
    }),
  );
  const answers = questions.map((question, place) => ({ question, results: lists[place]! }));
  if (!flags.json) {
    printResults(await shown(answers, flags, await placesOf(asked)));
    if (lists.every((results) => results.length === 0))
      printNotice(say`Nothing found: no row of the index fits.`);
  }
  return { result: flags.questions === undefined ? { results: lists[0]! } : { answers } };
}

/** @throws {UsageError} when a file is named beside a question */
async function questionsOf({
  arguments: { question: words },
  flags,
}: Given<typeof declared>): Promise<string[]> {
  const question = words.join(' ');
  if (flags.questions === undefined) return [question];
  if (words.length > 0) throw new UsageError('Give either a question or --questions, not both.');
  const { readQuestions } = await import('../../search/questions-file.js');
  return readQuestions(flags.questions).map((one) => one.question);
}

interface Answer {
  question: string;
  results: SearchResult[];
}

async function shown(
  answers: readonly Answer[],
  { as: form, questions }: Flags,
  places: Places,
): Promise<Printable> {
  const isFile = questions !== undefined;
  if (form === 'csv') return asCsv(answers, isFile, places);
  if (form === 'files')
    return asFiles(
      answers.flatMap(({ results }) => results),
      places,
    );
  const parts: Printable[] = [];
  for (const { question, results } of answers) {
    const text = form === 'md' ? asMarkdown(results, places) : await renderResults(results, places);
    const title =
      form === 'md' ? say`# ${printable(question)}\n\n` : say`${paint.cyan(printable(question))}\n\n`;
    parts.push(isFile ? say`${title}${text}` : text);
  }
  return joined(parts, say`\n`);
}

/** Sources are relative to the folder that an output stands in. */
async function placesOf({ in: named, settings }: PlacesAsked): Promise<Places> {
  const { namedCorpora } = await import('../../search/corpora.js');
  const folders = new Map(
    namedCorpora({ settings, in: named }).map(({ name, address, isFolder }) => [
      name,
      isFolder ? dirname(resolve(address)) : undefined,
    ]),
  );
  return {
    folderOf: (result) => folders.get(result.in),
    // A destination, or one of several outputs, isn't in a place that is known here.
    named: (source) => (named === undefined ? sourceFromHere(source, settings.out) : source),
  };
}
