// `embed sync`, declared.
import type { CommandDeclaration } from './command.js';

export const sync = {
  name: 'sync',
  summary: 'keep a database or file in step with an output: exactly what changed',
  alike: ['push', 'upload', 'export', 'publish', 'load'],
  arguments: [
    {
      name: 'destinations',
      kind: 'destination',
      isMany: true,
      help: 'postgres://host/db, qdrant://host/collection, lancedb:./folder or parquet:./file.parquet; those of --sync where none is given',
    },
  ],
  flags: [
    'config',
    'out',
    'shard',
    'sync',
    'index',
    'rebuild',
    'takeOver',
    'allowRemovals',
    'words',
    'rowsPerRequest',
    'batchTimeout',
    'maxRetries',
    'wait',
    'dryRun',
    'json',
    'quiet',
    'news',
  ],
  here: {
    words: {
      help: 'set up the search by words of PostgreSQL, LanceDB or Qdrant, for `embed search --in`; later syncs keep it',
      group: 'Destinations',
    },
  },
  about:
    'Only new and changed rows are sent, only those that are gone are removed, and rows of other indexes are left alone.',
  examples: [
    {
      line: 'embed sync lancedb:./lance --words',
      what: 'then `embed search --in lancedb:./lance` asks by words, too',
    },
    { line: 'embed sync parquet:./chunks.parquet' },
    { line: 'embed sync "postgres://me@db/docs?table=chunks" --dry-run', what: 'only counts' },
    { line: 'embed sync postgres://me@db/docs --index notes --out ./notes-index' },
    { line: 'embed sync postgres://me@db/docs --shard 2/8', what: 'the rows of one shard' },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    service: "a destination can't be reached, or refuses",
    output: 'the output or a destination is of another vector space, of another output, or damaged',
    locked: true,
    stopped: 'stopped by a signal, the next run goes on (129 and 143 likewise)',
  },
} as const satisfies CommandDeclaration;
