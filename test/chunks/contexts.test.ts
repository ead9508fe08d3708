// Chunks of tables carry the header row, which counts, and rows stay whole.
import { describe, expect, test } from 'vitest';
import { halve } from '../../src/chunks/halve.js';
import { split } from '../../src/chunks/split.js';
import type { Block, Chunk, Document } from '../../src/types/document.js';
import type { TokenCounter } from '../../src/types/embedder.js';
import fc from '../helpers/properties.js';
import { prose } from './documents.js';

/** One token a word. */
const counter: TokenCounter = {
  id: 'words/1',
  special: 0,
  count: (text) => text.split(/\s+/).filter(Boolean).length,
};

type Part = Pick<Block, 'kind' | 'level' | 'title' | 'context'> & { text: string };

function documentOf(...parts: Part[]): Document {
  let text = '';
  const blocks: Block[] = [];
  for (const { text: body, ...block } of parts) {
    const line = text.split('\n').length;
    blocks.push({ ...block, start: text.length, end: text.length + body.length, line });
    text += `${body}\n\n`;
  }
  return { source: 'a.md', format: 'markdown', text, blocks };
}

const chunksOf = (document: Document, size: number, overlap = 0, headings = false): Chunk[] => [
  ...split(document, { size, overlap, counter, headings }),
];

const paragraph = (seed: number, sentences: number): Part => ({
  kind: 'paragraph',
  text: prose(seed, sentences),
});
const heading = (title: string, level = 1): Part => ({ kind: 'heading', level, title, text: `# ${title}` });
/** Rows of 15 words. */
const rows = (count: number, name = 'E') =>
  Array.from(
    { length: count },
    (_, row) => `| ${name}${row} | The valve ${row} does not close | Replace seal ${row} |`,
  );
const table = (count: number, header = 'Code | Meaning | Remedy', name = 'E'): Part => ({
  kind: 'table',
  context: header,
  text: [`| **${header.replaceAll(' | ', '** | **')}** |`, '|---|---|---|', ...rows(count, name)].join('\n'),
});

describe('the header row of a table', () => {
  test('goes with each chunk that does not hold it, and counts', () => {
    const chunks = chunksOf(documentOf(heading('Errors'), table(40)), 80);
    expect(chunks.length).toBeGreaterThan(5);
    const [first, ...others] = chunks;
    expect(first!.text).toContain('**Code**');
    expect(first).not.toHaveProperty('context');
    for (const chunk of others) {
      expect(chunk.context).toBe('Code | Meaning | Remedy');
      expect(chunk.tokens).toBe(counter.count(chunk.text) + 5);
      expect(chunk.tokens).toBeLessThanOrEqual(80);
      expect(chunk.hash).not.toBe(chunk.key);
    }
  });

  test('does not go with what comes before and after the table', () => {
    const document = documentOf(paragraph(1, 20), table(20), paragraph(2, 20));
    for (const chunk of chunksOf(document, 90)) {
      const startsInside = /^\| E/.test(chunk.text);
      expect(chunk.context).toBe(startsInside ? 'Code | Meaning | Remedy' : undefined);
    }
  });

  test('does not go with small tables that hold it themselves, however often it comes', () => {
    const tables = Array.from({ length: 12 }, (_, index) =>
      table(3, 'Code | Meaning | Remedy', `T${index}x`),
    );
    for (const chunk of chunksOf(documentOf(...tables), 70)) expect(chunk).not.toHaveProperty('context');
  });

  test('goes with the later blocks of a table that has several', () => {
    const more: Part = { kind: 'table', context: 'Code | Meaning | Remedy', text: rows(4, 'M').join('\n') };
    const chunks = chunksOf(documentOf(table(4), paragraph(1, 5), more), 80);
    for (const { text, context } of chunks) {
      const needed = /\| M/.test(text) && !text.includes('**Code**');
      expect(context).toBe(needed ? 'Code | Meaning | Remedy' : undefined);
    }
    expect(chunks.some(({ context }) => context)).toBe(true);
  });

  test('takes a quarter of a chunk at most, and is cut after a whole name', () => {
    const names = Array.from({ length: 60 }, (_, index) => `First${index} last${index}`);
    const chunks = chunksOf(documentOf(table(30, names.join(' | '))), 64).filter(({ text }) =>
      /^\| E/.test(text),
    );
    expect(chunks.length).toBeGreaterThan(5);
    for (const { context } of chunks) {
      expect(context).toBe(names.slice(0, 5).join(' | '));
      expect(counter.count(context!)).toBeLessThanOrEqual(16);
    }
    const long = chunksOf(documentOf(table(30, prose(1, 40))), 64);
    for (const chunk of long) expect(chunk).not.toHaveProperty('context');
  });

  test('makes chunks of the same text different, in key but not in hash', () => {
    const other = table(12, 'Sign | Cause | What to do');
    const chunks = chunksOf(documentOf(heading('A'), table(12), heading('B'), other), 60);
    const pairs = chunks.flatMap((one, index) => {
      const two = chunks.slice(index + 1).find(({ hash }) => hash === one.hash);
      return two ? [[one, two]] : [];
    });
    expect(pairs.length).toBeGreaterThan(1);
    for (const [one, two] of pairs) {
      expect(one!.text).toBe(two!.text);
      expect(one!.key).not.toBe(two!.key);
      expect([one!.occurrence, two!.occurrence]).toEqual([0, 1]);
    }
  });

  test('stays with both halves of a chunk that is too long for the server', () => {
    const whole = chunksOf(documentOf(table(40)), 160)[1]!;
    for (const half of halve(whole, counter)!) {
      expect(half.context).toBe(whole.context);
      expect(half.tokens).toBe(counter.count(half.text) + 5);
      expect(half.key).not.toBe(half.hash);
    }
  });

  test('leaves room for the overlap', () => {
    const chunks = chunksOf(documentOf(table(30), paragraph(3, 30)), 80, 30);
    for (const chunk of chunks) {
      expect(chunk.tokens).toBeLessThanOrEqual(80);
      expect(chunk.tokens).toBe(counter.count(`${chunk.context ?? ''} ${chunk.text}`));
      if (/^\| E/.test(chunk.text)) expect(chunk.context).toBe('Code | Meaning | Remedy');
    }
  });
});

describe('rows of tables', () => {
  test('are whole, also beside long ones, unless one is longer than a chunk', () => {
    const anyRow = fc.integer({ min: 1, max: 50 }).map((length) => `| ${'word '.repeat(length)}|`);
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 3, maxLength: 40 }), fc.boolean(), (lines, titled) => {
        const text = ['| Code | Meaning |', '|---|---|', ...lines].join('\n');
        const parts: Part[] = [{ kind: 'table', context: 'Code | Meaning', text }];
        if (titled) parts.unshift(heading('Errors and what to do'));
        for (const chunk of chunksOf(documentOf(...parts), 64)) {
          expect(chunk.text).toMatch(/^(# Errors|\|)/);
          expect(chunk.text).toMatch(/\|$/);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are cut inside where they are longer than a chunk, and the heading stays with them', () => {
    const text = `| Code | Meaning |\n|---|---|\n| ${prose(1, 30)} |\n| short | row |`;
    const chunks = chunksOf(documentOf(heading('Errors'), { kind: 'table', text }), 64);
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks) expect(chunk.text).not.toMatch(/Errors$/);
  });

  test('may have several lines where the table is drawn', () => {
    const border = '+------+-------------+';
    const grid = [border, '| Code | Meaning     |', '+======+=============+'];
    for (let row = 0; row < 40; row++)
      grid.push(`| E${row}   | one two     |`, '|      | three four  |', border);
    for (const chunk of chunksOf(documentOf({ kind: 'table', text: grid.join('\n') }), 60)) {
      expect(chunk.text).toMatch(/^(\+|\| (Code|E))/);
      expect(chunk.text).toMatch(/\+$/);
    }
    const line = '====  ==========';
    const simple = [line, 'Code  Meaning', line];
    for (let row = 0; row < 40; row++) simple.push(`E${row}    one two`, '      three four');
    for (const chunk of chunksOf(documentOf({ kind: 'table', text: [...simple, line].join('\n') }), 30)) {
      expect(chunk.text).toMatch(/^(=|E)/);
      expect(chunk.text).toMatch(/(four|=)$/);
    }
  });
});

describe('the heading path', () => {
  const document = documentOf(
    heading('Guide'),
    heading('Install'),
    paragraph(1, 30),
    heading('On Linux', 2),
    paragraph(2, 10),
    table(20),
  );

  test('is embedded only where asked for', () => {
    for (const chunk of chunksOf(document, 100)) {
      if (!/^\| E/.test(chunk.text)) expect(chunk).not.toHaveProperty('context');
    }
    for (const chunk of chunksOf(document, 100, 0, true)) {
      const path = chunk.heading.join(' › ');
      expect(chunk.context).toBe(/^\| E/.test(chunk.text) ? `${path}\nCode | Meaning | Remedy` : path);
      expect(chunk.tokens).toBe(counter.count(chunk.context!) + counter.count(chunk.text));
      expect(chunk.tokens).toBeLessThanOrEqual(100);
    }
  });

  test('loses its outermost titles where it is too long', () => {
    const parts = Array.from({ length: 9 }, (_, level) => heading(`A title of five ${level}`, level + 1));
    const chunks = chunksOf(documentOf(...parts, paragraph(1, 30)), 64, 0, true);
    expect(chunks.at(-1)!.context).toBe('A title of five 7 › A title of five 8');
  });
});
