// `embed forget`, declared.
import type { CommandDeclaration } from './command.js';

export const forget = {
  name: 'forget',
  summary: 'take documents out of an output and its destinations, until a run finds them again',
  alike: ['remove', 'rm', 'delete', 'drop', 'del'],
  arguments: [
    {
      name: 'sources',
      kind: 'text',
      isMany: true,
      isRequired: true,
      help: 'documents as a search result names them (its line makes no difference), files with all of their records, folders, or patterns',
    },
  ],
  flags: [
    'config',
    'out',
    'sync',
    'index',
    'dropCached',
    'takeOver',
    'batchTimeout',
    'maxRetries',
    'wait',
    'dryRun',
    'json',
    'quiet',
  ],
  earlier: { dropCached: '--cache' },
  about:
    'The next ingest that finds a document takes it again, unless it is ignored: the command for that is said. Other caches than that of these settings keep its vectors until they expire, or `embed cache clear`. Destinations that are typed (--sync) stand in for those of the settings: which of these, and of those of earlier syncs, may still hold the documents is said.',
  examples: [
    { line: 'embed forget docs/salaries.md' },
    { line: "embed forget docs/drafts 'docs/**/*.tmp' --dry-run", what: 'a folder, and a pattern' },
    { line: 'embed forget docs/salaries.md --drop-cached', what: 'its vectors, too' },
    { line: 'embed forget docs/salaries.md --sync postgres://me@db/docs', what: 'out of the database, too' },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    service: "a destination can't be reached, or refuses",
    output: 'the output or a destination is of another vector space, of another output, or damaged',
    locked: true,
    stopped: true,
  },
} as const satisfies CommandDeclaration;
