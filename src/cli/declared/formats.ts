// `embed formats`, declared.
import type { CommandDeclaration } from './command.js';

export const formats = {
  name: 'formats',
  summary: 'list what can be read, by file endings, and what is kept of it',
  alike: ['types', 'readers', 'extensions', 'languages'],
  flags: ['json'],
  about: 'Other files are read as plain text when their content is text, and left out when it is not.',
  examples: [{ line: 'embed formats' }, { line: `embed formats --json | jq -r '.formats[].extensions[]'` }],
  exits: { done: true, unexpected: true, usage: true },
} as const satisfies CommandDeclaration;
