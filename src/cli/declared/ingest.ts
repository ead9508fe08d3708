// `embed ingest`, declared.
import type { CommandDeclaration } from './command.js';
import { everyExit } from './exits.js';
import { settingFlags } from './settings-flags.js';

export const ingest = {
  name: 'ingest',
  summary: 'index files, folders and globs; a later run does only what changed',
  alike: ['add', 'index', 'build', 'update', 'init', 'import', 'run', 'embed', 'refresh'],
  arguments: [
    {
      name: 'paths',
      kind: 'path',
      isMany: true,
      help: 'files, folders, globs, or - for JSON Lines ({"id","text","metadata"?}) on standard input; none: `sources` of .batchrc',
    },
  ],
  flags: [
    'choose',
    'config',
    ...settingFlags(),
    'shard',
    'limit',
    'maxTime',
    'watch',
    'poll',
    'allowRemovals',
    'prune',
    'rebuild',
    'retryFailed',
    'takeOver',
    'pull',
    'wait',
    'dryRun',
    'estimate',
    'strict',
    'json',
    'quiet',
    'news',
    'verbose',
  ],
  examples: [
    { line: 'embed ingest ./docs', what: 'only what changed since last time' },
    { line: 'embed ingest ./docs ./notes -o ./index --quiet', what: 'from cron' },
    { line: 'embed ingest ./archive --max-time 2h', what: 'a part each night' },
    { line: 'embed ingest ./notes --watch', what: 'stay, and follow each change' },
    { line: 'embed ingest', what: 'the sources that .batchrc names' },
    { line: "embed ingest 'src/**/*.ts' --exclude '*.test.ts'" },
    { line: 'embed ingest ./docs --model bge-m3 --pull --rebuild' },
    { line: 'embed ingest ./docs --embedder openai --url http://127.0.0.1:8080/v1' },
    { line: 'embed ingest ./docs --shard 2/8', what: 'one of 8 runs, on as many hosts; then `embed merge`' },
    { line: "jq -c '{id, text: .body}' posts.json | embed ingest -" },
  ],
  exits: { ...everyExit, stopped: 'stopped by a signal, progress kept (129 and 143 likewise)' },
} as const satisfies CommandDeclaration;
