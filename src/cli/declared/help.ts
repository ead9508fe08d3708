// `embed help`, declared.
import type { CommandDeclaration } from './command.js';

export const help = {
  name: 'help',
  summary: 'tell all of a command, or of a topic',
  arguments: [
    {
      name: 'what',
      kind: 'text',
      isMany: true,
      help: 'a command, or environment, exit-codes, formats, output, config, topics',
    },
  ],
  flags: [],
  examples: [
    { line: 'embed help ingest' },
    { line: 'embed help cache prune' },
    { line: 'embed help exit-codes' },
  ],
  exits: { done: true, unexpected: true, usage: 'there is no such command or topic' },
} as const satisfies CommandDeclaration;
