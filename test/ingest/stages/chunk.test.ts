// How far the splitting of documents has come, as progress and time left are told by it.
import { expect, test } from 'vitest';
import { shareDone } from '../../../src/cli/terminal/progress.js';
import { RunCounts } from '../../../src/ingest/run-counts.js';
import { chunk } from '../../../src/ingest/stages/chunk.js';
import type { BeginStep, Step } from '../../../src/ingest/stages/document-steps.js';
import { markdown } from '../../chunks/documents.js';

const words = {
  id: 'words/1',
  special: 0,
  count: (text: string) => text.split(/\s+/).filter(Boolean).length,
};

/** A document of many chunks, and what a run knows of its file. */
function begun(source: string, paragraphs: number): BeginStep & { text: string } {
  const text = Array.from({ length: paragraphs }, (_, at) => `Paragraph ${at} says a few words.`).join(
    '\n\n',
  );
  const document = { ...markdown(text), source };
  const open = () => document;
  const bytes = Buffer.byteLength(text);
  return { kind: 'begin', source, root: '.', hash: '', recordOf: undefined, bytes, open, text };
}

test('one large file counts by the text that is in chunks, and the rest of it as to come', async () => {
  const large = begun('large.md', 2000);
  const small = begun('small.md', 3);
  const counts = new RunCounts();
  counts.bytes = counts.bytesRead = counts.bytesToSplit = large.bytes! + small.bytes!;
  async function* read(): AsyncGenerator<Step[]> {
    yield [large, small];
  }
  const shares: number[] = [];
  const chunking = async () => ({ size: 8, overlap: 0, counter: words });
  for await (const group of chunk(read(), chunking, counts)) {
    // As if all that was split had got its vectors.
    counts.rowsWritten = counts.rowsSplit;
    const last = group.findLast((step) => step.kind === 'row');
    if (last?.chunk.source === 'large.md') {
      expect(shareDone(counts)).toBeCloseTo(last.chunk.end / large.text.length, 2);
    }
    shares.push(shareDone(counts));
  }
  expect(shares.length).toBeGreaterThan(5);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares[0]).toBeLessThan(0.2);
  expect(shares.at(-1)).toBe(1);
  expect(Math.abs(counts.bytesToSplit)).toBeLessThan(0.001);
});
