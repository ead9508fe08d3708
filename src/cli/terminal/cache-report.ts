// What `embed cache` prints.
import type { CachePlace, CachePruning, CacheStats } from '../../commands/cache.js';
import type { KeptIndexes } from '../../search/words/kept-indexes.js';
import { padEnd, padStart } from '../../text/columns.js';
import { duration } from '../../text/durations.js';
import { digits, plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import type { CacheUsage, SpaceUsage } from '../../types/cache.js';
import { paint } from './colour.js';

const unknown = 'unknown';

/** Columns that the name of a model gets at most, so that a line stays within 80. */
const nameWidth = 40;

export function renderStats(stats: CacheStats): Printable {
  const { entries, bytes, hits, misses, hitRate, spaces, words } = stats;
  const rate =
    hitRate === null
      ? say`no lookups yet`
      : say`${digits(100 * hitRate, 1)}% (${whole(hits)} of ${plural(hits + misses, 'lookup')})`;
  const lines = [
    say`  vectors   ${whole(entries)} (${shownSize(bytes)})`,
    say`  ${boundOf(stats)}`,
    say`  hit rate  ${rate}`,
  ];
  if (words.count > 0) lines.push(say`  words     ${indexesOf(words)}, for searches`);
  if (spaces.length > 0) lines.push(say``, ...table(modelsOf(spaces)));
  return say`${renderPlace(stats)}${joined(lines, say`\n`)}\n`;
}

/** `3 indexes (12 MB)` */
export function indexesOf({ count, bytes }: KeptIndexes): Printable {
  return say`${whole(count)} ${count === 1 ? say`index` : say`indexes`} (${shownSize(bytes)})`;
}

/** The first line of every answer; what can be long stands at its end. */
export function renderPlace({ kind, location }: CachePlace): Printable {
  return say`${kind === 'redis' ? say`Redis` : say`Disk`}  ${paint.bold(printable(location))}\n`;
}

function boundOf({ ttlSeconds, fileBytes = 0, maxBytes = 0 }: CachePlace): Printable {
  if (ttlSeconds !== undefined) return say`lifetime  ${lifetime(ttlSeconds)} after a vector was written`;
  if (fileBytes === 0) return say`file      none yet; at most ${shownSize(maxBytes)}`;
  return say`file      ${shownSize(fileBytes)} of at most ${shownSize(maxBytes)}`;
}

export function renderPruning({ place, removed, before, after }: CachePruning, olderThan = 0): Printable {
  const where = renderPlace(place);
  const left = say`${plural(after.entries, 'vector')} (${shownSize(after.bytes)})`;
  if (removed > 0) {
    const gone = joined(table(difference(before, after)), say`\n`);
    return say`${where}Removed ${plural(removed, 'vector')}:\n${gone}\nLeft: ${left}.\n${fileNote(place)}`;
  }
  const { ttlSeconds } = place;
  const early = ttlSeconds !== undefined && olderThan >= ttlSeconds * 1000;
  const reason = early ? say`Redis itself drops a vector after ${lifetime(ttlSeconds)}.\n` : say``;
  return say`${where}Nothing to remove. Left: ${left}.\n${reason}`;
}

/** What disappoints who clears a cache for want of disk space. */
export function fileNote({ fileBytes = 0 }: CachePlace): Printable {
  if (fileBytes === 0) return say``;
  const note = say`Its file stays at ${shownSize(fileBytes)}, for new vectors; remove the folder to shrink it.`;
  return say`${paint.dim(note)}\n`;
}

interface ModelRow {
  model: string;
  dimensions: number | undefined;
  entries: number;
  bytes: number;
}

/** A model may have several spaces: of other options, prefixes or weights. */
function modelsOf(spaces: readonly SpaceUsage[]): ModelRow[] {
  const rows = new Map<string, ModelRow>();
  for (const { model = unknown, dimensions, entries, bytes } of spaces) {
    const key = JSON.stringify([model, dimensions]);
    const row = rows.get(key) ?? { model, dimensions, entries: 0, bytes: 0 };
    rows.set(key, { ...row, entries: row.entries + entries, bytes: row.bytes + bytes });
  }
  return [...rows.values()].sort((a, b) => b.bytes - a.bytes);
}

/** What there was before and isn't any more. Others may write meanwhile, so it can be a little off. */
function difference(before: CacheUsage, after: CacheUsage): ModelRow[] {
  const left = new Map(after.spaces.map((space) => [space.space, space]));
  const gone = before.spaces.map((space) => ({
    ...space,
    entries: space.entries - (left.get(space.space)?.entries ?? 0),
    bytes: space.bytes - (left.get(space.space)?.bytes ?? 0),
  }));
  return modelsOf(gone.filter(({ entries }) => entries > 0));
}

function table(rows: readonly ModelRow[]): Printable[] {
  const cells = rows.map(({ model, dimensions, entries, bytes }) => [
    // Another program may have written it.
    printable(model, nameWidth),
    dimensions === undefined ? say`-` : say`${dimensions}`,
    whole(entries),
    shownSize(bytes),
  ]);
  const head = [say`model`, say`dimensions`, say`vectors`, say`size`];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly Printable[]) => {
    const columns = row.map((cell, column) => (column === 0 ? padEnd : padStart)(cell, widths[column]!));
    return say`  ${joined(columns, say`  `)}`;
  };
  return [paint.dim(line(head)), ...cells.map(line)];
}

function lifetime(seconds: number): Printable {
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, 'day');
  if (seconds % 3600 === 0) return plural(seconds / 3600, 'hour');
  return duration(seconds);
}
