// `embed get`, declared.
import type { CommandDeclaration } from './command.js';
import { proxyFlags } from './shared-flags.js';

export const get = {
  name: 'get',
  summary: 'print a text of an index: by its id, its source, or source:line',
  alike: ['print', 'read', 'text', 'open'],
  arguments: [
    {
      name: 'what',
      kind: 'text',
      isRequired: true,
      help: 'an id, a source (its whole document, or all records of a file), or source:line, as `embed search` shows them',
    },
  ],
  flags: ['in', 'index', 'around', 'whole', 'json', 'config', 'out', 'batchTimeout', ...proxyFlags],
  about:
    'What was embedded before a chunk is said on standard error. `embed chunks FILE` shows how a file is cut, with lines.',
  examples: [
    { line: 'embed get docs/page.md:12', what: 'the chunk on that line' },
    { line: 'embed get docs/page.md:12 --around 2' },
    { line: 'embed get docs/page.md', what: 'the whole document, as the index has it' },
  ],
  exits: { done: true, unexpected: true, usage: true, service: true, output: true, stopped: true },
} as const satisfies CommandDeclaration;
