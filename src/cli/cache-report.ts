// What `embed cache` prints.
import type { CachePlace, CachePruning, CacheStats } from '../commands/cache.js';
import { printable } from '../printable.js';
import type { CacheUsage, SpaceUsage } from '../types.js';
import { plural, whole } from '../words.js';
import { chalk } from './colour.js';
import { duration } from './numbers.js';

const UNKNOWN = 'unknown';

/** Columns that the name of a model gets at most, so that a line stays within 80. */
const NAME_WIDTH = 40;

export function renderStats(stats: CacheStats): string {
  const { entries, bytes, hits, misses, hitRate, spaces } = stats;
  const rate =
    hitRate === null
      ? 'no lookups yet'
      : `${(100 * hitRate).toFixed(1)}% (${whole(hits)} of ${plural(hits + misses, 'lookup')})`;
  const lines = [
    `  vectors   ${whole(entries)} (${shownSize(bytes)})`,
    `  ${boundOf(stats)}`,
    `  hit rate  ${rate}`,
  ];
  if (spaces.length > 0) lines.push('', ...table(modelsOf(spaces)));
  return `${renderPlace(stats)}${lines.join('\n')}\n`;
}

/** The first line of every answer; what can be long stands at its end. */
export function renderPlace({ kind, location }: CachePlace): string {
  return `${kind === 'redis' ? 'Redis' : 'Disk'}  ${chalk.bold(printable(location))}\n`;
}

function boundOf({ ttlSeconds, fileBytes = 0, maxBytes = 0 }: CachePlace): string {
  if (ttlSeconds !== undefined) return `lifetime  ${lifetime(ttlSeconds)} after a vector was written`;
  if (fileBytes === 0) return `file      none yet; at most ${shownSize(maxBytes)}`;
  return `file      ${shownSize(fileBytes)} of at most ${shownSize(maxBytes)}`;
}

export function renderPruning({ place, removed, before, after }: CachePruning, olderThan = 0): string {
  const where = renderPlace(place);
  const left = `${plural(after.entries, 'vector')} (${shownSize(after.bytes)})`;
  if (removed > 0) {
    const gone = table(difference(before, after)).join('\n');
    return `${where}Removed ${plural(removed, 'vector')}:\n${gone}\nLeft: ${left}.\n${fileNote(place)}`;
  }
  const { ttlSeconds } = place;
  const early = ttlSeconds !== undefined && olderThan >= ttlSeconds * 1000;
  const reason = early ? `Redis itself drops a vector after ${lifetime(ttlSeconds)}.\n` : '';
  return `${where}Nothing to remove. Left: ${left}.\n${reason}`;
}

/** What disappoints who clears a cache for want of disk space. */
export function fileNote({ fileBytes = 0 }: CachePlace): string {
  if (fileBytes === 0) return '';
  const note = `Its file stays at ${shownSize(fileBytes)}, for new vectors; remove the folder to shrink it.`;
  return `${chalk.dim(note)}\n`;
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
  for (const { model = UNKNOWN, dimensions, entries, bytes } of spaces) {
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

function table(rows: readonly ModelRow[]): string[] {
  const cells = rows.map(({ model, dimensions, entries, bytes }) => [
    shownName(model),
    dimensions === undefined ? '-' : String(dimensions),
    whole(entries),
    shownSize(bytes),
  ]);
  const head = ['model', 'dimensions', 'vectors', 'size'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}`;
  return [chalk.dim(line(head)), ...cells.map(line)];
}

/** Another program may have written it. */
function shownName(name: string): string {
  return printable(name, NAME_WIDTH);
}

/** In the units that flags take: `45.9 MB` is 45.9 × 1024 × 1024. */
export function shownSize(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
  if (bytes >= 1024 ** 2) return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${bytes} B`;
}

function lifetime(seconds: number): string {
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, 'day');
  if (seconds % 3600 === 0) return plural(seconds / 3600, 'hour');
  return duration(seconds);
}
