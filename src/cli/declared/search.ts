// `embed search`, declared.
import type { CommandDeclaration } from './command.js';

export const search = {
  name: 'search',
  summary: 'ask an index: exact cosine over all its rows',
  arguments: [{ name: 'question', kind: 'text', isMany: true, isRequired: true, help: 'what to look for' }],
  flags: [
    'results',
    'json',
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
    { line: `embed search --json "vector space" | jq -r '.results[0].metadata.source'` },
  ],
  exits: { done: true, unexpected: true, usage: true, service: true, output: true, stopped: true },
} as const satisfies CommandDeclaration;
