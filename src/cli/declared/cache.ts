// `embed cache` and its subcommands, declared.
import type { CommandDeclaration, Declaration } from './command.js';

const exits = {
  done: true,
  unexpected: true,
  usage: true,
  service: "the cache can't be used",
} as const;

export const cache = {
  name: 'cache',
  summary: 'what the cache of vectors holds, and removing from it',
  about: `\
The cache is the one that an ingest with the same settings uses: a Redis that
is configured, else a folder of the user. \`embed config\` lists the settings.`,
  examples: [
    { line: 'embed cache stats' },
    { line: 'embed cache prune --older-than 30d' },
    { line: 'embed cache clear' },
  ],
  exits,
} as const satisfies Declaration;

export const cacheStats = {
  name: 'stats',
  summary: 'where it is, vectors, bytes and hit rate, by model',
  alike: ['size', 'dir', 'path'],
  flags: ['config', 'cache', 'redisUrl', 'json'],
  about: `\
The hit rate is that of all lookups, by all programs, since the cache was made
or cleared. Vectors whose model isn't known any more are "unknown".`,
  examples: [
    { line: 'embed cache stats' },
    { line: 'embed cache stats --redis-url redis://cache-host:6379/2' },
    { line: 'embed cache stats --json | jq .hitRate' },
  ],
  exits,
} as const satisfies CommandDeclaration;

export const cachePrune = {
  name: 'prune',
  summary: 'remove vectors by age, by size or by model',
  alike: ['gc', 'trim'],
  flags: [
    'config',
    'cache',
    'redisUrl',
    'cacheTtl',
    'olderThan',
    'maxSize',
    'dropModel',
    'keepModel',
    'unknown',
  ],
  earlier: { dropModel: '--model <name>' },
  about: `\
Each condition names what goes; of several, each removes its own. At least one
is needed. Vectors of unknown models stay unless --unknown is given.

Redis keeps no time of writing: the age of a vector there follows from the
time that it has left of --cache-ttl.`,
  examples: [
    { line: 'embed cache prune --older-than 30d' },
    { line: 'embed cache prune --max-size 500MB' },
    { line: 'embed cache prune --keep-model bge-m3 --unknown' },
  ],
  exits,
} as const satisfies CommandDeclaration;

export const cacheClear = {
  name: 'clear',
  summary: 'remove all vectors, and the indexes of words on this machine',
  alike: ['clean', 'purge', 'empty', 'wipe'],
  flags: ['config', 'cache', 'redisUrl', 'yes'],
  about: `\
Asks on a terminal; elsewhere --yes is needed. Other programs' keys in the same
Redis stay. A search makes its index of words again when it needs it.`,
  examples: [{ line: 'embed cache clear' }, { line: 'embed cache clear --yes --cache disk' }],
  exits,
} as const satisfies CommandDeclaration;
