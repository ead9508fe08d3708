// `embed verify`, declared.
import type { CommandDeclaration } from './command.js';

export const verify = {
  name: 'verify',
  summary: 'check outputs whole: every byte against its sums',
  alike: ['check', 'fsck', 'validate', 'test'],
  arguments: [
    {
      name: 'dir',
      kind: 'path',
      isMany: true,
      help: 'output folders; that of the settings where none is given (./embeddings)',
    },
  ],
  flags: ['config', 'out', 'deep', 'json'],
  apart: { out: 'many' },
  about:
    'Nothing is written and no embedder is contacted. A damaged output exits with 5. In a folder that holds shards alone, all of them are checked.',
  examples: [
    { line: 'embed verify' },
    { line: 'embed verify ./notes-index --deep --json' },
    { line: 'embed verify -o ./docs-index -o ./notes-index', what: 'several' },
  ],
  exits: {
    done: 'all outputs are whole',
    unexpected: true,
    usage: true,
    output: 'an output is damaged, or made by a newer version',
  },
} as const satisfies CommandDeclaration;
