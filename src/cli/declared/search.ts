// `embed search`, declared.
import type { CommandDeclaration } from './command.js';

export const search = {
  name: 'search',
  summary: 'ask an index: exact cosine over all its rows',
  alike: ['query', 'ask', 'find', 'similar', 'grep'],
  arguments: [{ name: 'question', kind: 'text', isMany: true, isRequired: true, help: 'what to look for' }],
  flags: [
    'results',
    'in',
    'index',
    'source',
    'where',
    'minScore',
    'json',
    'config',
    'out',
    'embedder',
    'model',
    'ollamaUrl',
    'url',
    'httpProxy',
    'httpsProxy',
    'noProxy',
    'dimensions',
    'batchTimeout',
    'maxRetries',
  ],
  examples: [
    { line: 'embed search "how are chunks made"' },
    { line: 'embed search --out ./notes-index -k 10 "tax return 2025"' },
    { line: `embed search --source 'docs/**' --where lang=en "opening hours"` },
    { line: 'embed search --in postgres://me@db/docs "opening hours"', what: 'asks the database' },
    { line: `embed search --json "vector space" | jq -r '.results[0].metadata.source'` },
  ],
  about:
    "With --in, the destination searches by its own index, so the results are as near as that finds them; what it can't filter by itself is filtered here, over as many of its rows as that takes.",
  exits: { done: true, unexpected: true, usage: true, service: true, output: true, stopped: true },
} as const satisfies CommandDeclaration;
