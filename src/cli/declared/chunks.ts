// `embed chunks`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags } from './shared-flags.js';

export const chunks = {
  name: 'chunks',
  summary: 'print what files become: text, headings, context, tokens, lines',
  alike: ['split', 'extract', 'preview', 'cat', 'tokens'],
  arguments: [
    { name: 'paths', kind: 'path', isMany: true, isRequired: true, help: 'files, folders and globs' },
  ],
  flags: [
    'json',
    'config',
    'out',
    ...embedderFlags,
    'chunkSize',
    'chunkOverlap',
    'context',
    'limit',
    'include',
    'exclude',
    'gitignore',
    'follow',
    'generated',
    'maxFileSize',
    'maxReadMemory',
    'maxReadTime',
  ],
  about: `\
Nothing is written and no embedder is contacted. Chunks have the size of the output's, if there is one, and the
tokens are counted as for it. Of folders and globs, the first 20 files that a run would take are shown; --limit says how many.`,
  examples: [
    { line: 'embed chunks docs/guide.md', what: "why isn't it found?" },
    { line: 'embed chunks report.pdf --chunk-size 200' },
    { line: 'embed chunks docs --limit 5', what: 'the first files of a folder' },
    { line: `embed chunks --json notes.docx | jq -r '.files[].chunks[].text'` },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: true,
    someFailed: "some files can't be read",
    service: 'no process for a document can be started',
    output: true,
    stopped: true,
  },
} as const satisfies CommandDeclaration;
