// In which groups the help shows commands and flags, and which flags are for long runs and rare cases.
import type { CommandDeclaration, FlagName } from './command.js';

/** Commands by what they are for, in the order of the help. One that isn't named comes last. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  'Make an index and keep it up to date': ['ingest', 'list', 'status', 'why', 'forget', 'verify', 'merge'],
  'Ask it, and hand it on': ['search', 'get', 'eval', 'sync', 'mcp'],
  'Measure and mend': ['doctor', 'bench', 'cache'],
  'For many programs and machines': ['serve', 'worker'],
  'What it reads, and how it is set': ['formats', 'chunks', 'config', 'completion', 'help'],
};

/** Flags by what they are about, in the order of the help. One that isn't named stands first, under "Options". */
export const flagGroups: Readonly<Record<string, readonly FlagName[]>> = {
  'How is asked': ['hybrid', 'words', 'vectors', 'rerank', 'rerankModel', 'rerankResults'],
  Results: ['results', 'source', 'where', 'minScore', 'group', 'around', 'whole', 'as', 'questions'],
  Files: [
    'include',
    'exclude',
    'gitignore',
    'follow',
    'generated',
    'maxFileSize',
    'maxReadMemory',
    'maxReadTime',
    'limit',
  ],
  Output: ['out', 'format', 'dtype', 'prune', 'allowRemovals', 'rebuild', 'retryFailed'],
  'The run': ['dryRun', 'estimate', 'maxTime', 'watch', 'poll', 'wait', 'shard'],
  Embedder: [
    'embedder',
    'model',
    'pull',
    'ollamaUrl',
    'url',
    'queue',
    'queueName',
    'dimensions',
    'documentPrefix',
    'queryPrefix',
    'maxTokens',
  ],
  Chunks: ['chunkSize', 'chunkOverlap', 'context'],
  Requests: [
    'batchSize',
    'concurrency',
    'batchTimeout',
    'maxRetries',
    'waitForServer',
    'httpProxy',
    'httpsProxy',
    'noProxy',
  ],
  Cache: ['cache', 'redisUrl', 'cacheTtl'],
  Destinations: ['in', 'sync', 'index', 'takeOver', 'rowsPerRequest'],
  'What is printed': ['json', 'quiet', 'news', 'verbose', 'strict', 'yes'],
};

/** Flags that `-h` leaves to `--help`. */
export const rareFlags: ReadonlySet<FlagName> = new Set<FlagName>([
  'format',
  'dtype',
  'follow',
  'generated',
  'maxFileSize',
  'maxReadMemory',
  'maxReadTime',
  'limit',
  'retryFailed',
  'documentPrefix',
  'queryPrefix',
  'maxTokens',
  'context',
  'batchSize',
  'concurrency',
  'batchTimeout',
  'maxRetries',
  'httpProxy',
  'httpsProxy',
  'noProxy',
  'redisUrl',
  'cacheTtl',
  'queue',
  'queueName',
  'poll',
  'shard',
  'takeOver',
  'rowsPerRequest',
  'seed',
  'rerankModel',
  'rerankResults',
]);

/** Fewer flags are one list. */
const minForGroups = 12;

/** The names of a command's flags by group, without empty ones. */
export function groupedFlags(
  flags: readonly FlagName[],
  here: CommandDeclaration['here'] = {},
): { title: string; flags: readonly FlagName[] }[] {
  if (flags.length < minForGroups) return [{ title: 'Options', flags }];
  const named = new Set(Object.values(flagGroups).flat());
  const groups = [
    { title: 'Options', flags: flags.filter((name) => !named.has(name)) },
    ...Object.entries(flagGroups).map(([title, names]) => ({
      title,
      flags: [
        ...names.filter((name) => flags.includes(name) && here[name] === undefined),
        ...flags.filter((name) => here[name]?.group === title),
      ],
    })),
  ];
  return groups.filter((group) => group.flags.length > 0);
}
