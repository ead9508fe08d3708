// `embed merge`, declared.
import type { CommandDeclaration } from './command.js';

export const merge = {
  name: 'merge',
  summary: 'make one output of its shards, with the bytes of a run without shards',
  alike: ['join', 'combine', 'shards'],
  arguments: [
    {
      name: 'dirs',
      kind: 'path',
      isMany: true,
      help: 'folders that hold shards, or shards; the folder of --out where none is given',
    },
  ],
  flags: ['out', 'allowRemovals', 'wait', 'config', 'json', 'quiet'],
  apart: { out: 'once' },
  about:
    'Rows are copied as a stream; no document is read, and no embedder contacted. The shards stay, for the next runs; a shard whose folder was removed begins with its part of the merged output.',
  examples: [
    { line: 'embed merge', what: 'the shards in ./embeddings, into it' },
    { line: 'embed merge ./host-1/embeddings ./host-2/embeddings --out ./embeddings' },
    { line: 'embed merge ./embeddings/shard-*-of-4', what: 'where there are shards of 8, too' },
  ],
  exits: {
    done: true,
    unexpected: true,
    usage: 'a shard is missing or not finished, or wrong usage or configuration',
    output: 'shards are of different vector spaces, damaged, or made by a newer version',
    locked: true,
    stopped: 'stopped by a signal, the output is as it was (129 and 143 likewise)',
  },
} as const satisfies CommandDeclaration;
