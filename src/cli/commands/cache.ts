// `embed cache`: what its subcommands ask and print.
import { UsageError } from '../../errors.js';
import type { KeptIndexes } from '../../search/words/kept-indexes.js';
import { plural } from '../../text/plural.js';
import { type Printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import type { cacheClear, cachePrune, cacheStats as declaredStats } from '../declared/cache.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import { settingsFor } from '../settings.js';
import { fileNote, indexesOf, renderPlace, renderPruning, renderStats } from '../terminal/cache-report.js';
import { canAsk, confirm } from '../terminal/confirm.js';
import { printNotice, printNotices, printResult, printResults } from '../terminal/print.js';

export async function runCacheStats(given: Given<typeof declaredStats>): Promise<Outcome> {
  const { settings } = await settingsFor(given, printNotice);
  const { cacheStats } = await import('../../commands/cache.js');
  const stats = await cacheStats(settings);
  if (!given.flags.json) printResults(renderStats(stats));
  return { result: stats };
}

export async function runCachePrune({ flags, ...given }: Given<typeof cachePrune>): Promise<Outcome> {
  const { settings } = await settingsFor({ ...given, flags }, printNotice);
  const { pruneCache } = await import('../../commands/cache.js');
  const pruning = await pruneCache({
    settings,
    olderThanMs: flags.olderThan,
    maxBytes: flags.maxSize,
    models: flags.dropModel,
    keepModels: flags.keepModel,
    unknown: flags.unknown,
  });
  printResults(renderPruning(pruning, flags.olderThan));
  return {};
}

export async function runCacheClear({ flags, ...given }: Given<typeof cacheClear>): Promise<Outcome> {
  const { settings } = await settingsFor({ ...given, flags }, printNotice);
  const { cacheStats, clearCache, placeOf } = await import('../../commands/cache.js');
  const where = renderPlace(placeOf(settings));
  if (!flags.yes) {
    if (!canAsk()) throw new UsageError('There is no terminal to ask you: to clear the cache, give --yes.');
    const { entries, bytes, words } = await cacheStats(settings);
    printNotices(where);
    if (
      !(await confirm(say`Remove ${plural(entries, 'vector')} (${shownSize(bytes)})${andIndexes(words)}?`))
    ) {
      printResult(say`Nothing was removed.`);
      return {};
    }
  }
  const { place, removed, words } = await clearCache(settings);
  const first = flags.yes ? where : say``;
  printResults(say`${first}Removed ${plural(removed, 'vector')}${andIndexes(words)}.\n${fileNote(place)}`);
  return {};
}

function andIndexes(words: KeptIndexes): Printable {
  return words.count === 0 ? say`` : say` and ${indexesOf(words)} of words`;
}
