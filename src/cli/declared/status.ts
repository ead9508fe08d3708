// `embed status`, declared.
import type { CommandDeclaration } from './command.js';

export const status = {
  name: 'status',
  summary: 'show an output in one look: model, size, roots, failures, last run',
  alike: ['stats', 'info', 'st', 'show', 'summary'],
  arguments: [
    { name: 'dir', kind: 'path', help: 'output folder, as --out; that of the settings where none is given' },
  ],
  flags: ['config', 'out', 'json'],
  about:
    'Nothing is written and no embedder is contacted. The last run and the servers are noted on this machine by the runs of this user, not in the output.',
  examples: [{ line: 'embed status' }, { line: 'embed status ./notes-index --json' }],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    output: 'the output is damaged, or made by a newer version',
  },
} as const satisfies CommandDeclaration;
