// `embed search --in`: asks a destination, which searches by its own index. What it can't filter is filtered here: its
// rows are fetched in growing pages until enough are found, or all are seen.
import type { FoundRow } from '../destinations/destination.js';
import { openDestination } from '../destinations/open.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor } from '../events.js';
import { isPlain } from '../text/plain-json.js';
import { printable } from '../text/printable.js';
import { spaceFromJson } from '../vectors/space-json.js';
import { metadataBounds, type RowMetadata } from './output-row.js';
import type { Filter } from './search-filter.js';
import {
  addResult,
  type OpenParts,
  type SearchOptions,
  type SearchResult,
  vectorOf,
} from './search-question.js';

/** Rows for each result that is wanted, at first: the same text may be in several. */
const rowsPerResult = 2;

/**
 * @throws {UsageError} when the destination holds no such index
 * @throws {DestinationError} when it can't be reached, or refuses
 * @throws {VectorSpaceError} when the embedder gives vectors of another space than the index's
 */
export async function searchIn(
  options: SearchOptions,
  address: string,
  filter: Filter,
  parts: OpenParts,
): Promise<SearchResult[]> {
  const { settings, k, signal = new AbortController().signal } = options;
  const events = eventsFor(options.events);
  const { index, batchTimeout: timeoutMs } = settings;
  const destination = await openDestination({
    ...{ address, index, timeoutMs, signal, isFromFile: false, cwd: process.cwd() },
    proxies: settings,
    notice: (message) => events.notice(message),
  });
  try {
    const { shown } = destination;
    const kept = await destination.check();
    if (kept.index === undefined) {
      const others = kept.others.slice(0, 3).map(({ name }) => `"${printable(name, 60)}"`);
      const known = others.length === 0 ? '' : ` It holds ${others.join(', ')}.`;
      throw new UsageError(
        `${shown} holds no index "${printable(index, 100)}": name it with --index, or run \`embed sync\` first.${known}`,
      );
    }
    const space = spaceFromJson(kept.index.space);
    if (space === undefined) {
      throw new VectorSpaceError(
        `The vector space of the index in ${shown} can't be read: run \`embed sync\` with --rebuild.`,
      );
    }
    const searched = { space, where: `"${printable(index, 100)}" in ${shown}` };
    const vector = await vectorOf(options, searched, parts);
    for (let most = k * rowsPerResult; ; most *= 2) {
      const rows = await destination.search(vector, most);
      const results = new Map<string, SearchResult>();
      for (const row of rows) {
        const found = resultOf(row, shown);
        if (!filter.takesScore(found.score)) break;
        if (!filter.takesSource(found.metadata.source) || !filter.takesMetadata(found.metadata)) continue;
        addResult(results, found, k);
      }
      const worst = rows.at(-1)?.score ?? -1;
      if (results.size >= k || rows.length < most || !filter.takesScore(worst)) return [...results.values()];
    }
  } finally {
    await destination.close();
  }
}

/** @throws {UsageError} when others wrote the row so that it is none */
function resultOf({ id, text, score, source, metadata: written }: FoundRow, shown: string): SearchResult {
  let metadata: unknown;
  try {
    metadata = JSON.parse(written);
  } catch {
    metadata = undefined;
  }
  if (typeof metadata !== 'object' || metadata === null || !isPlain(metadata, metadataBounds)) {
    throw new UsageError(
      `${shown}: the metadata of row ${printable(id, 60)} can't be read: run \`embed sync\` again.`,
    );
  }
  const { heading, line, chunk } = metadata as Partial<RowMetadata>;
  const whole: RowMetadata = {
    ...metadata,
    source,
    chunk: typeof chunk === 'number' ? chunk : 0,
    line: typeof line === 'number' ? line : 1,
    heading: Array.isArray(heading) ? heading.map(String) : [],
  };
  return { score: Number(score), id, text, metadata: whole, sources: [source] };
}
