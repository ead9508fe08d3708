// `embed list`, declared.
import type { CommandDeclaration } from './command.js';

export const list = {
  name: 'list',
  summary: 'list the documents of an output, with rows, tokens and last change',
  alike: ['ls', 'documents', 'files', 'dir'],
  arguments: [
    { name: 'dir', kind: 'path', help: 'output folder, as --out; that of the settings where none is given' },
  ],
  flags: ['config', 'out', 'source', 'failed', 'json'],
  about: `When a document changed is noted on this machine by the runs of this user, not in the output.`,
  examples: [
    { line: 'embed list' },
    { line: "embed list --source 'docs/**' --json", what: 'for programs' },
    { line: 'embed list --failed', what: 'what has no vectors, and why' },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    output: 'the output is damaged, or made by a newer version',
    stopped: true,
  },
} as const satisfies CommandDeclaration;
