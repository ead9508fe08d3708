// `embed forget`: what it prints.
import type { ForgetResult } from '../../commands/forget.js';
import { loadSettings } from '../../config/load.js';
import { plural, quoted } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { forget as declared } from '../declared/forget.js';
import type { Outcome } from '../declared/outcome.js';
import { namedInOutput } from '../named-source.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { sourceFromHere } from '../terminal/shown-path.js';
import { renderSynced } from '../terminal/sync-view.js';
import { syncedJson, toldErrors } from './sync.js';

export async function runForget(given: Given<typeof declared>): Promise<Outcome> {
  const { quiet, dryRun, ...flags } = given.flags;
  const loaded = await settingsFor(given, (line) => quiet || printNotice(line));
  const { layers, file } = loaded;
  const settings = nearIndex(loaded);
  const { forget } = await import('../../commands/forget.js');
  const others = layers.sync === 'flag' ? await syncWithout(given) : [];
  const result = await withSignals((signal) =>
    forget({
      ...flags,
      ...{ settings, signal, dryRun },
      sources: given.arguments.sources.map((one) => namedInOutput(one, settings.out)),
      fromFile: layers.sync === 'file' ? file : undefined,
      others,
      events: printedEvents((line) => quiet || printNotice(line)),
    }),
  );
  if (!quiet) printNotices(render(result, settings.out, dryRun));
  const { destinations: _, ...told } = result;
  return { result: { ...told, ...syncedJson(result) }, error: toldErrors(result) };
}

/** Destinations of the environment and the files, which typed ones stand in for. */
async function syncWithout({
  settings,
  flags: { config },
}: Given<typeof declared>): Promise<readonly string[]> {
  const { sync: _, ...flags } = settings;
  return (await loadSettings({ flags, file: config })).settings.sync;
}

/** Commands, and names of documents, that are shown. */
const maxShown = 10;

function render(
  { documents, rows, ignore, destinations, notSynced, cached }: ForgetResult,
  out: string,
  dryRun: boolean,
): Printable {
  const mark = dryRun ? say`would forget` : say`${paint.green(say`✓`)} forgot`;
  const vectors =
    cached === undefined
      ? say`; caches still hold their vectors (--drop-cached drops them)`
      : dropped(cached, rows);
  const lines = [
    say`${mark} ${plural(documents.length, 'document')} (${plural(rows, 'row')})${vectors}\n`,
    ...(dryRun ? named(documents, out) : []),
    renderSynced(destinations, dryRun),
    ...(documents.length > 0 ? notSynced.slice(0, maxShown).map(leftOut) : []),
    ...ignore.slice(0, maxShown).map((line) => say`To keep it out: ${paint.cyan(printable(line, 2000))}\n`),
  ];
  return joined(lines);
}

/** A password that is masked isn't for a command. */
function leftOut(address: string): Printable {
  const line = address.includes('***')
    ? say`embed sync`
    : say`embed sync ${printable(quoted(address), 1000)}`;
  return say`${paint.yellow(say`not synced`)}: ${printable(address, 1000)} may still hold it; to take it out: ${paint.cyan(line)}\n`;
}

/** A cache on a disk holds vectors in packs, which go as a whole. */
function dropped(vectors: number, rows: number): Printable {
  if (vectors === 0) return say`; the cache had none of their vectors, or not any more`;
  const others = vectors > rows ? say`: theirs, and others that were stored in one piece with them` : say``;
  return say`; ${plural(vectors, 'vector')} dropped from the cache${others}`;
}

function named(documents: readonly string[], out: string): Printable[] {
  const more = documents.length - maxShown;
  return [
    ...documents.slice(0, maxShown).map((source) => say`  ${printable(sourceFromHere(source, out), 500)}\n`),
    ...(more > 0 ? [say`  and ${more} more (--json names all)\n`] : []),
  ];
}
