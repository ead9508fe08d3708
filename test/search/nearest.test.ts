// The nearest rows for many questions are those that each would get alone.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nearestRows } from '../../src/search/nearest.js';
import { opened, temporaryFolder, vectorOf, writeAll } from '../output/sample.js';

test.each([1, 3, 4, 6, 9])('%i questions in one pass', async (count) => {
  const dir = join(await temporaryFolder(), 'embeddings');
  const texts = Array.from({ length: 60 }, (_, place) => `text ${place % 50}`);
  await writeAll(dir, [{ source: 'docs/a.md', texts }]);
  const output = await opened(dir);
  const options = {
    ...{ most: 5, least: -0.5, signal: new AbortController().signal },
    takes: (row: number) => row !== 7,
    keyOf: (row: number) => texts[row]!,
  };
  const questions = Array.from({ length: count }, (_, place) => vectorOf(`question ${place}`));
  const lists = await nearestRows(output, questions, options);
  expect(lists).toHaveLength(count);
  for (const [place, question] of questions.entries()) {
    const scored = texts.slice(0, 50).map((text, row) => {
      const score = vectorOf(text).reduce((sum, value, i) => sum + value * question[i]!, 0);
      return { key: text, score, at: row };
    });
    const wanted = scored.filter(({ at, score }) => at !== 7 && score >= -0.5);
    // The text of row 7 stands in row 57, too.
    wanted.push({ ...scored[7]!, at: 57 });
    wanted.sort((a, b) => b.score - a.score);
    expect(lists[place]!.map(({ at }) => at)).toEqual(wanted.slice(0, 5).map(({ at }) => at));
  }
});
