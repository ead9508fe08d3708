// `embed cache`: flags and printing.
import { Command, InvalidArgumentError } from 'commander';
import { readText } from '../../config/kinds/rule.js';
import type { LoadedSettings } from '../../config/origins.js';
import { UsageError } from '../../errors.js';
import { plural } from '../../text/plural.js';
import { printableJson, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import { addSettings, settingsFor, size, tellAddresses } from '../flags.js';
import { fileNote, renderPlace, renderPruning, renderStats } from '../terminal/cache-report.js';
import { canAsk, confirm } from '../terminal/confirm.js';
import { printNotice, printNotices, printResult, printResults } from '../terminal/print.js';

export function cacheCommand(): Command {
  return new Command('cache')
    .description('what the cache of vectors holds, and removing from it')
    .addHelpText(
      'after',
      `
The cache is the one that an ingest with the same settings uses: a Redis that
is configured, else a folder of the user. \`embed config\` lists the settings.

Examples:
  $ embed cache stats
  $ embed cache prune --older-than 30d
  $ embed cache clear`,
    )
    .addCommand(statsCommand())
    .addCommand(pruneCommand())
    .addCommand(clearCommand());
}

function statsCommand(): Command {
  const command = new Command('stats').description('where it is, vectors, bytes and hit rate, by model');
  addSettings(command, ['cache', 'redisUrl']);
  command.option('--json', 'the result as JSON on standard output').addHelpText(
    'after',
    `
The hit rate is that of all lookups, by all programs, since the cache was made
or cleared. Vectors whose model isn't known any more are "unknown".

Examples:
  $ embed cache stats
  $ embed cache stats --redis-url redis://cache-host:6379/2
  $ embed cache stats --json | jq .hitRate`,
  );
  return command.action(async (options: { json?: boolean }) => {
    const { settings } = await tellingSettings(command);
    const { cacheStats } = await import('../../commands/cache.js');
    const stats = await cacheStats(settings);
    if (options.json) printResult(printableJson(stats, 2));
    else printResults(renderStats(stats));
  });
}

interface PruneFlags {
  olderThan?: number;
  maxSize?: number;
  model?: string;
  keepModel?: string[];
  unknown?: boolean;
}

function pruneCommand(): Command {
  const command = new Command('prune').description('remove vectors by age, by size or by model');
  addSettings(command, ['cache', 'redisUrl', 'cacheTtl']);
  command
    .option('--older-than <time>', 'what was written longer ago, e.g. 12h or 30d', age)
    .option(
      '--max-size <size>',
      'the oldest until so much is left, e.g. 500MB (1 MB = 1,000,000 bytes)',
      size,
    )
    .option('--model <name>', 'what is of this model')
    .option('--keep-model <name>', 'what is of any model but this; repeatable', several)
    .option('--unknown', "what is of a model that isn't known any more")
    .addHelpText(
      'after',
      `
Each condition names what goes; of several, each removes its own. At least one
is needed. Vectors of unknown models stay unless --unknown is given.

Redis keeps no time of writing: the age of a vector there follows from the
time that it has left of --cache-ttl.

Examples:
  $ embed cache prune --older-than 30d
  $ embed cache prune --max-size 500MB
  $ embed cache prune --keep-model bge-m3 --unknown`,
    );
  return command.action(async (flags: PruneFlags) => {
    const { settings } = await tellingSettings(command);
    const { pruneCache } = await import('../../commands/cache.js');
    const pruning = await pruneCache({
      settings,
      olderThanMs: flags.olderThan,
      maxBytes: flags.maxSize,
      models: flags.model === undefined ? [] : [flags.model],
      keepModels: flags.keepModel,
      unknown: flags.unknown,
    });
    printResults(renderPruning(pruning, flags.olderThan));
  });
}

function clearCommand(): Command {
  const command = new Command('clear').description('remove all vectors');
  addSettings(command, ['cache', 'redisUrl']);
  command.option('-y, --yes', "don't ask").addHelpText(
    'after',
    `
Asks on a terminal; elsewhere --yes is needed. Other programs' keys in the same
Redis stay.

Examples:
  $ embed cache clear
  $ embed cache clear --yes --cache disk`,
  );
  return command.action(async (flags: { yes?: boolean }) => {
    const { settings } = await tellingSettings(command);
    const { cacheStats, clearCache, placeOf } = await import('../../commands/cache.js');
    const where = renderPlace(placeOf(settings));
    if (!flags.yes) {
      if (!canAsk()) throw new UsageError('There is no terminal to ask you: to clear the cache, give --yes.');
      const { entries, bytes } = await cacheStats(settings);
      printNotices(where);
      if (!(await confirm(say`Remove ${plural(entries, 'vector')} (${shownSize(bytes)})?`))) {
        printResult(say`Nothing was removed.`);
        return;
      }
    }
    const { place, removed } = await clearCache(settings);
    const first = flags.yes ? where : say``;
    printResults(say`${first}Removed ${plural(removed, 'vector')}.\n${fileNote(place)}`);
  });
}

/** The settings, and which of their servers a file names. */
async function tellingSettings(command: Command): Promise<LoadedSettings> {
  const loaded = await settingsFor(command);
  tellAddresses(loaded, printNotice);
  return loaded;
}

/** For commander: a time in ms. */
function age(text: string): number {
  const ms = readText({ kind: 'duration', unit: 'ms', least: 1 }, text);
  if (typeof ms !== 'number' || ms === 0)
    throw new InvalidArgumentError('Expected a time such as 90m, 12h or 30d.');
  return ms;
}

/** For commander: an option that may be repeated. */
function several(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
