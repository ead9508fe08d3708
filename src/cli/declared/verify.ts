// `embed verify`, declared.
import type { CommandDeclaration } from './command.js';

export const verify = {
  name: 'verify',
  summary: 'check an output whole: every byte against its sums',
  alike: ['check', 'fsck', 'validate', 'test'],
  arguments: [{ name: 'dir', kind: 'path', default: './embeddings', help: 'output folder' }],
  flags: ['deep', 'json'],
  about: 'Nothing is written and no embedder is contacted. A damaged output exits with 5.',
  examples: [{ line: 'embed verify' }, { line: 'embed verify ./notes-index --deep --json' }],
  exits: {
    done: 'the output is whole',
    unexpected: true,
    usage: true,
    output: 'the output is damaged, or made by a newer version',
  },
} as const satisfies CommandDeclaration;
