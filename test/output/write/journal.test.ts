import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Journal, openJournal } from '../../../src/output/write/journal.js';
import type { VectorEntry } from '../../../src/types/cache.js';
import fc from '../../helpers/properties.js';
import { dimensions, filesOf, makeSpace, sha256, temporaryFolder, vectorOf } from '../sample.js';

const space = makeSpace();

function entriesOf(...texts: string[]): VectorEntry[] {
  return texts.map((text) => ({ hash: sha256(text), vector: vectorOf(text) }));
}

async function outputFolder(): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await mkdir(join(dir, '.run'), { recursive: true });
  return dir;
}

async function journalIn(dir: string, id = space.id): Promise<Journal> {
  const journal = await openJournal(dir, id, dimensions);
  onTestFinished(() => journal.close());
  return journal;
}

function sameBytes(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
  );
}

/** Which of the texts are found, each with the vector of its own. */
function found(journal: Journal, texts: readonly string[]): string[] {
  return texts.filter((text) => {
    const vector = journal.get(sha256(text));
    if (journal.has(sha256(text)) !== (vector !== undefined))
      throw new Error(`has and get differ on ${text}`);
    if (vector !== undefined && !sameBytes(vector, vectorOf(text)))
      throw new Error(`not the vector of ${text}`);
    return vector !== undefined;
  });
}

test('gives back what was appended, at once and after it was opened again', async () => {
  const dir = await outputFolder();
  const journal = await journalIn(dir);
  expect(await filesOf(dir)).toEqual({ '.run': 'folder' });
  await Promise.all([journal.append(entriesOf('a', 'b')), journal.append(entriesOf('c'))]);
  expect(found(journal, ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
  await journal.close();
  const again = await journalIn(dir);
  expect(again.size).toBe(3);
  await again.append(entriesOf('d'));
  expect(found(again, ['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c', 'd']);
  await again.remove();
  expect(await filesOf(dir)).toEqual({ '.run': 'folder' });
});

test('drops a tail that is torn at any byte, keeps all before it, and goes on from there', async () => {
  const dir = await outputFolder();
  const journal = await journalIn(dir);
  const ends = new Map<number, string[]>();
  const texts: string[] = [];
  for (const batch of [['a'], ['b', 'c'], ['d']]) {
    await journal.append(entriesOf(...batch));
    texts.push(...batch);
    ends.set((await readFile(journal.path)).length, [...texts]);
  }
  await journal.close();
  const whole = await readFile(journal.path);
  // Each byte near the end of what is whole, and each seventh inside of frames, in which all bytes fare alike.
  const borders = [0, 64, ...ends.keys()];
  const isNear = (length: number) => borders.some((border) => Math.abs(length - border) <= 16);
  const lengths = Array.from({ length: whole.length + 1 }, (_, length) => length);
  for (const length of lengths.filter((one) => one % 7 === 0 || isNear(one))) {
    const [end, expected] = [...ends].filter(([position]) => position <= length).at(-1) ?? [64, []];
    await writeFile(journal.path, whole.subarray(0, length));
    const torn = await openJournal(dir, space.id, dimensions);
    expect(found(torn, texts)).toEqual(expected);
    expect((await readFile(journal.path)).length).toBe(end);
    await torn.append(entriesOf('next'));
    await torn.close();
    const again = await openJournal(dir, space.id, dimensions);
    expect(found(again, [...texts, 'next'])).toEqual([...expected, 'next']);
    await again.close();
  }
});

test('believes no frame with a flipped bit, nor anything after it', async () => {
  const dir = await outputFolder();
  const journal = await journalIn(dir);
  await journal.append(entriesOf('a'));
  const first = (await readFile(journal.path)).length;
  await journal.append(entriesOf('b', 'c'));
  await journal.close();
  const whole = await readFile(journal.path);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 64 * 8, max: whole.length * 8 - 1 }), async (bit) => {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await writeFile(journal.path, flipped);
      const opened = await openJournal(dir, space.id, dimensions);
      expect(found(opened, ['a', 'b', 'c'])).toEqual(bit < first * 8 ? [] : ['a']);
      await opened.close();
    }),
  );
});

test('survives random batches and cuts', async () => {
  const dir = await outputFolder();
  let run = 0;
  const batches = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(batches, fc.double({ min: 0, max: 1, noNaN: true }), async (sizes, cut) => {
      const id = sha256(String(run++)).slice(0, 32);
      const journal = await openJournal(dir, id, dimensions);
      const texts: string[] = [];
      for (const size of sizes) {
        const batch = Array.from({ length: size }, (_, i) => `${texts.length + i}`);
        await journal.append(entriesOf(...batch));
        texts.push(...batch);
      }
      await journal.close();
      if (texts.length === 0) return;
      const { length } = await readFile(journal.path);
      await truncate(journal.path, Math.floor(length * cut));
      const again = await openJournal(dir, id, dimensions);
      // A prefix: whatever is kept, nothing before it is missing.
      const kept = found(again, texts);
      expect(kept).toEqual(texts.slice(0, kept.length));
      if (cut === 1) expect(kept).toEqual(texts);
      await again.remove();
    }),
    { numRuns: 40 },
  );
});

test('reads frames larger than its window, and many of them', async () => {
  const dir = await outputFolder();
  const wide = 4096;
  const journal = await openJournal(dir, space.id, wide);
  const entry = (i: number): VectorEntry => ({
    hash: sha256(String(i)),
    vector: new Float32Array(wide).fill(1, i, i + 1),
  });
  const all = Array.from({ length: 600 }, (_, i) => entry(i));
  await journal.append(all.slice(0, 10));
  await journal.append(all.slice(10, 500));
  await journal.append(all.slice(500));
  await journal.close();
  const again = await openJournal(dir, space.id, wide);
  expect(again.size).toBe(600);
  const wrong = all.filter(({ hash, vector }) => !sameBytes(again.get(hash) ?? new Float32Array(), vector));
  expect(wrong).toEqual([]);
  await again.close();
});

test("leaves another space's journal alone, and finds it again", async () => {
  const dir = await outputFolder();
  const one = await journalIn(dir);
  await one.append(entriesOf('a'));
  await one.close();
  const other = await journalIn(dir, makeSpace('other').id);
  expect(found(other, ['a'])).toEqual([]);
  await other.append(entriesOf('b'));
  await other.remove();
  expect(found(await journalIn(dir), ['a', 'b'])).toEqual(['a']);
});

test('refuses a vector of a wrong length, and takes the next', async () => {
  const journal = await journalIn(await outputFolder());
  const wrong = { hash: sha256('a'), vector: new Float32Array(dimensions + 1) };
  await expect(journal.append([wrong])).rejects.toThrow(/expected 8 dimensions, got 9/);
  await journal.append(entriesOf('a'));
  expect(found(journal, ['a'])).toEqual(['a']);
});
