// `embed why`, declared.
import type { CommandDeclaration } from './command.js';

export const why = {
  name: 'why',
  summary: 'say whether a path is in the index or left out, and by which rule',
  alike: ['explain', 'which', 'trace'],
  arguments: [
    {
      name: 'paths',
      kind: 'path',
      isMany: true,
      isRequired: true,
      help: 'files and folders, or documents and places as a search result names them',
    },
  ],
  flags: ['config', 'out', 'include', 'exclude', 'gitignore', 'follow', 'generated', 'maxFileSize', 'json'],
  about:
    'Rules are those that the next run would have: ignore files, and the flags and settings given here. Without an index, it answers for `embed ingest .`, and says whether a first run is under way or was interrupted. Paths that are unknown are told at the end, with exit code 2.',
  examples: [
    { line: 'embed why ./docs/drafts/plan.md' },
    { line: 'embed why docs/faq.md:12' },
    { line: "embed why ./docs/logo.svg --exclude '*.svg' --json" },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    output: 'the output is damaged, or made by a newer version',
  },
} as const satisfies CommandDeclaration;
