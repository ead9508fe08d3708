// New documents and those of the previous output come out in one order, each once.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunCounts } from '../../../src/ingest/run-counts.js';
import { type Arrival, Sequence } from '../../../src/ingest/stages/document-order.js';
import type { Step } from '../../../src/ingest/stages/document-steps.js';
import type { Output } from '../../../src/output/read/output.js';
import { openWriter } from '../../../src/output/write/writer.js';
import fc from '../../helpers/properties.js';
import {
  addDocument,
  opened,
  sha256,
  temporaryFolder,
  writeAll,
  writerOptions,
} from '../../output/sample.js';

function arrival(source: string): Arrival {
  const open = () => {
    throw new Error('opened too early');
  };
  return { source, root: 'docs', hash: sha256(source), recordOf: undefined, open };
}

async function outputWith(sources: readonly string[]): Promise<Output> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(
    dir,
    sources.map((source) => ({ source, texts: [`The text of ${source}.`] })),
  );
  return await opened(dir);
}

function told(steps: Iterable<Step>): string[] {
  return [...steps].map((step) => `${step.kind} ${'source' in step ? step.source : ''}`);
}

test('new, changed, unchanged and removed documents, merged by source', async () => {
  const counts = new RunCounts();
  const previous = await outputWith(['docs/b.md', 'docs/c.md', 'docs/d.md']);
  const sequence = new Sequence(previous, new Set(['docs/d.md']), new Set(), counts);
  sequence.add([arrival('docs/e.md'), arrival('docs/a.md')]);
  sequence.add([arrival('docs/b.md')]);
  expect(told(sequence.before(undefined))).toEqual([
    'begin docs/a.md',
    'begin docs/b.md',
    'keep docs/c.md',
    'begin docs/e.md',
  ]);
  expect(counts).toMatchObject({
    documentsNew: 2,
    documentsChanged: 1,
    documentsUnchanged: 1,
    documentsRemoved: 1,
  });
});

test('what sorts after the bound waits, by bytes: a record a#1 for the file a!', async () => {
  const sequence = new Sequence(
    await outputWith(['docs/a', 'docs/b']),
    new Set(),
    new Set(),
    new RunCounts(),
  );
  sequence.add([arrival('docs/a#1'), arrival('docs/a#2')]);
  expect(sequence.holds('docs/a#1')).toBe(true);
  expect(sequence.holds('docs/a#3')).toBe(false);
  expect(told(sequence.before('docs/a!'))).toEqual(['keep docs/a']);
  sequence.add([arrival('docs/a!')]);
  expect(told(sequence.before('docs/a#2'))).toEqual(['begin docs/a!', 'begin docs/a#1']);
  expect(sequence.holds('docs/a#1')).toBe(false);
  expect(told(sequence.before(undefined))).toEqual(['begin docs/a#2', 'keep docs/b']);
  expect(told(sequence.before(undefined))).toEqual([]);
});

test('a kept record names its file, unless it turned out to be a file of its own', async () => {
  const dir = join(await temporaryFolder(), 'out');
  const writer = await openWriter(dir, writerOptions());
  for (const id of ['1', '2']) {
    await writer.begin({
      source: `docs/a.csv#${id}`,
      root: 'docs',
      hash: sha256(id),
      recordOf: 'docs/a.csv',
    });
    await writer.end();
  }
  writer.recordFile({ source: 'docs/a.csv', root: 'docs', hash: sha256('whole'), documents: 2 });
  await addDocument(writer, { source: 'docs/b.md', texts: ['The text of b.'] });
  await writer.commit();
  const sequence = new Sequence(await opened(dir), new Set(), new Set(), new RunCounts());
  sequence.isFile('docs/a.csv#2');
  expect([...sequence.before(undefined)]).toMatchObject([
    { kind: 'keep', source: 'docs/a.csv#1', recordOf: 'docs/a.csv', rows: 0 },
    { kind: 'keep', source: 'docs/a.csv#2', recordOf: undefined, rows: 0 },
    { kind: 'keep', source: 'docs/b.md', recordOf: undefined, rows: 1 },
  ]);
});

test('any documents, added in any order, come out sorted and once', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '!', '#', 'é', '\u{1f600}', '\uffff'), maxLength: 3 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
      const sequence = new Sequence(undefined, new Set(), new Set(), new RunCounts());
      for (const source of names) sequence.add([arrival(source)]);
      const bytes = (source: string) => Buffer.from(source);
      const sorted = [...names].sort((one, other) => Buffer.compare(bytes(one), bytes(other)));
      expect(told(sequence.before(undefined))).toEqual(sorted.map((source) => `begin ${source}`));
    }),
  );
});
