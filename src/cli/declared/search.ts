// `embed search`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags, rerankFlags } from './shared-flags.js';

export const search = {
  name: 'search',
  summary: 'ask an index: by meaning, by words, or by both',
  alike: ['query', 'ask', 'find', 'similar', 'grep'],
  arguments: [{ name: 'question', kind: 'text', isMany: true, help: 'what to look for' }],
  flags: [
    'results',
    'hybrid',
    'words',
    'vectors',
    'in',
    'index',
    'source',
    'where',
    'minScore',
    'group',
    'around',
    'whole',
    'as',
    'questions',
    ...rerankFlags,
    'json',
    'config',
    'out',
    ...embedderFlags,
    'queue',
    'queueName',
    ...proxyFlags,
    'dimensions',
    'batchTimeout',
    'maxRetries',
  ],
  apart: { out: 'many' },
  examples: [
    { line: 'embed search "how are chunks made"' },
    { line: 'embed search --out ./notes-index -k 10 "tax return 2025"' },
    { line: 'embed search -o ./docs-index -o ./notes-index "tax return 2025"', what: 'in both' },
    { line: `embed search --source 'docs/**' --where lang=en "opening hours"` },
    { line: 'embed search --in postgres://me@db/docs "opening hours"', what: 'asks the database' },
    { line: `embed search --json "vector space" | jq -r '.results[0].metadata.source'` },
  ],
  about:
    "By words and meaning together, words count more: the number before a place is its cosine, by which the order isn't. With --in, the destination searches by its own index, so the results are as near as that finds them; what it can't filter by itself is filtered here, over as many of its rows as that takes.",
  exits: { done: true, unexpected: true, usage: true, service: true, output: true, stopped: true },
} as const satisfies CommandDeclaration;
