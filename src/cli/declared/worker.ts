// `embed worker`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags } from './shared-flags.js';

export const worker = {
  name: 'worker',
  summary: 'embeds for others: takes batches from a queue, with an embedder of its own',
  alike: ['work', 'job', 'jobs', 'queue', 'consumer'],
  flags: [
    'queue',
    'queueName',
    'name',
    'host',
    'metricsPort',
    'rebuild',
    'config',
    'quiet',
    ...embedderFlags,
    'documentPrefix',
    'queryPrefix',
    'maxTokens',
    'dimensions',
    ...proxyFlags,
    'concurrency',
    'batchTimeout',
    'maxRetries',
    'waitForServer',
  ],
  about: `\
Start as many as you like, on any hosts, at any time. \`embed ingest --queue URL\` and \`embed serve --queue URL\`
send them their batches in place of a server. All workers of a queue must give the same vectors: one that
differs refuses to start. SIGTERM ends it when what it has taken is answered.`,
  examples: [
    { line: 'embed worker --queue redis://queue:6379/3' },
    { line: 'embed worker --queue redis://queue:6379/3 --embedder builtin' },
  ],
  exits: {
    done: 'stopped by a signal, all that was taken answered',
    unexpected: true,
    usage: true,
    service: "Redis or the embedder can't be used",
    output: 'the queue is of another vector space',
  },
} as const satisfies CommandDeclaration;
