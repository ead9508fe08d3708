// The program itself, declared.
import type { Declaration } from './command.js';
import { everyExit } from './exits.js';

export const program = {
  name: 'embed',
  summary: 'Folders in, a correct vector index out: bulk embedding ingestion with Ollama.',
  examples: [
    { line: 'embed ingest ./docs', what: 'index a folder into ./embeddings' },
    { line: 'embed search "how do I log in"', what: 'ask the index' },
    { line: 'embed ingest ./docs --model bge-m3', what: 'with a model of your Ollama' },
  ],
  exits: everyExit,
} as const satisfies Declaration;
