// The chunks of 400 random documents, as they were when `splitterVersion` became 3, under a digest: a change of the
// splitter that cuts one of them in another place needs another version.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { split, splitterVersion } from '../../src/chunks/split.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary } from '../tokens/recorded.js';
import { anyDocument, markdown, prose } from './documents.js';

const documents = [
  ...fc.sample(anyDocument, { numRuns: 400, seed: 16 }),
  markdown(`# Words\n\n${prose(1, 400)}\n\n## More\n\n${prose(2, 40)}\n\n\`\`\`\n${code(300)}\n\`\`\``),
  markdown(`# Data\n\n${'c3VwZXJjYWxpZnJhZ2lsaXN0aWM='.repeat(400)}\n\n${'你好，世界。'.repeat(300)}`),
];

test.each([
  ['estimate', estimateCounter(), '6a5174fcee23a06af9829de0abb93913c4728f3951836aafe5e2a3ee226d0fff'],
  [
    'wordpiece',
    wordPieceCounter(allMiniLmVocabulary()),
    'ba42ed7de4cf87ac9abcf894d348dda689d6943509ea02ea9e65336b37711336',
  ],
])('splits random documents as it did, by %s', (_, counter, digest) => {
  const hash = createHash('sha256');
  for (const [index, document] of documents.entries()) {
    const size = 1 + ((index * 37) % 300);
    const options = { size, overlap: (index % 5) * 12, counter, headings: index % 2 === 1 };
    for (const chunk of split(document, options)) {
      const { index, start, end, tokens, line, page, context, heading, tables, key, occurrence } = chunk;
      const parts = [index, start, end, tokens, line, page, context, heading, tables, key, occurrence];
      hash.update(JSON.stringify([...parts, chunk.hash, chunk.source, chunk.text, chunk.metadata]));
    }
  }
  expect(splitterVersion).toBe(3);
  expect(hash.digest('hex')).toBe(digest);
});

function code(lines: number): string {
  return Array.from(
    { length: lines },
    (_, line) => `${' '.repeat(line % 9)}call${line}(a_${line}); // ${line}`,
  ).join('\n');
}
