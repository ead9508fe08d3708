// `embed mcp`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags, rerankFlags } from './shared-flags.js';

export const mcp = {
  name: 'mcp',
  summary: 'let an agent search indexes: a server of the Model Context Protocol over stdio',
  alike: ['agent', 'agents', 'claude'],
  flags: [
    'in',
    'allowIngest',
    'maxMemory',
    ...rerankFlags,
    'index',
    'quiet',
    'config',
    'out',
    ...embedderFlags,
    ...proxyFlags,
    'dimensions',
    'batchTimeout',
    'maxRetries',
  ],
  about: `\
The agent starts it, and ends it by closing its input. Tools: search, get, list and status; with
--allow-ingest, update. Documents are resources, too. Without --in, the output of --out is asked.
Only what the indexes hold can be read. Needs \`npm i @modelcontextprotocol/sdk@1.32.2\`.`,
  examples: [
    { line: 'embed mcp --in ./embeddings' },
    { line: 'embed mcp --in notes=./notes-index --in docs=postgres://me@db/docs' },
    { line: 'embed mcp --in ./embeddings --allow-ingest', what: 'the agent may update it' },
  ],
  exits: { done: 'the agent ended its input, or a signal came', unexpected: true, usage: true },
} as const satisfies CommandDeclaration;
