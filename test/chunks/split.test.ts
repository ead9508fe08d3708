import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isBetweenWords, isGraphemeBoundary } from '../../src/chunks/boundaries.js';
import { split } from '../../src/chunks/split.js';
import { embeddedText } from '../../src/text/embedded-text.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import type { Chunk, Document } from '../../src/types/document.js';
import type { TokenCounter } from '../../src/types/embedder.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary } from '../tokens/recorded.js';
import { anyDocument, markdown, prose } from './documents.js';

const wordPiece = wordPieceCounter(allMiniLmVocabulary());
/** One token a word: sizes in the examples can be counted by eye. */
const words: TokenCounter = {
  id: 'words/1',
  special: 0,
  count: (text) => text.split(/[\s\u0085]+/).filter(Boolean).length,
};

function chunksOf(document: Document, size: number, overlap = 0, counter: TokenCounter = words): Chunk[] {
  return [...split(document, { size, overlap, counter })];
}

const anyOptions = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 300 })),
  overlap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
  counter: fc.constantFrom<TokenCounter>(words, wordPiece, estimateCounter()),
  headings: fc.boolean(),
});

describe('split, of any document', () => {
  test('gives trimmed slices in order that fit and lose nothing', () => {
    fc.assert(
      fc.property(anyDocument, anyOptions, (document, options) => {
        const chunks = [...split(document, options)];
        const { text } = document;
        const covered = new Uint8Array(text.length);
        let last = -1;
        chunks.forEach((chunk, index) => {
          expect(chunk.index).toBe(index);
          expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
          expect(chunk.text).toBe(chunk.text.trim());
          expect(chunk.text).not.toBe('');
          expect(chunk.start).toBeGreaterThan(last);
          last = chunk.start;
          expect(chunk.tokens).toBe(options.counter.count(embeddedText(chunk)));
          const beside = options.counter.count(chunk.context ?? '');
          expect(beside).toBeLessThanOrEqual(options.size / 4);
          if (chunk.tokens > options.size) expect(isOneGrapheme(chunk.text)).toBe(true);
          covered.fill(1, chunk.start, chunk.end);
        });
        const lost = [...covered.keys()].filter((index) => covered[index] === 0);
        expect(lost.map((index) => text[index]).join('')).toMatch(/^[\s\u0085]*$/);
      }),
      { numRuns: 600 },
    );
  });

  test('overlaps by no more than asked, and never without being asked', () => {
    fc.assert(
      fc.property(anyDocument, anyOptions, (document, options) => {
        const chunks = [...split(document, options)];
        for (let index = 1; index < chunks.length; index++) {
          const shared = document.text.slice(chunks[index]!.start, chunks[index - 1]!.end);
          expect(options.counter.count(shared)).toBeLessThanOrEqual(options.overlap);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('never cuts inside what a reader sees as one character', () => {
    fc.assert(
      fc.property(anyDocument, anyOptions, (document, options) => {
        const { text } = document;
        for (const { start, end } of split(document, options)) {
          // White space is no part of what follows it, even where an accent does.
          for (const cut of [start, end]) {
            if (cut === 0 || cut === text.length || isBetweenWords(text, cut)) continue;
            expect(isGraphemeBoundary(text, cut)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('says where each chunk stands and what it is called', () => {
    fc.assert(
      fc.property(anyDocument, anyOptions, (document, options) => {
        const seen = new Map<string, number>();
        for (const chunk of split(document, options)) {
          const around = document.blocks.filter((block) => block.start <= chunk.start);
          const block = around.at(-1)!;
          expect(chunk.line).toBe(document.text.slice(0, chunk.start).split('\n').length);
          expect(chunk.page).toBe(block.page);
          expect(chunk.heading).toEqual(titlesOf(around));
          expect(chunk.hash).toBe(createHash('sha256').update(chunk.text).digest('hex'));
          expect(chunk.key).toBe(createHash('sha256').update(embeddedText(chunk)).digest('hex'));
          expect(chunk.occurrence).toBe(seen.get(chunk.text) ?? 0);
          seen.set(chunk.text, chunk.occurrence + 1);
          expect(chunk.source).toBe(document.source);
          expect(chunk.metadata).toBe(document.metadata);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function isOneGrapheme(text: string): boolean {
  return [...new Intl.Segmenter().segment(text)].length === 1;
}

function titlesOf(blocks: Document['blocks']): string[] {
  let sections: { level: number; title: string }[] = [];
  for (const { level, title } of blocks) {
    if (level === undefined || title === undefined) continue;
    sections = [...sections.filter((section) => section.level < level), { level, title }];
  }
  return sections.map((section) => section.title);
}

describe('split, along structure', () => {
  test('gives one chunk where all fits, and none where there is nothing', () => {
    expect(chunksOf(markdown('# A\n\nOne two.\n\n## B\n\nThree.'), 100)).toHaveLength(1);
    expect(chunksOf(markdown(''), 100)).toEqual([]);
    expect(chunksOf(markdown(' \n\n\t'), 100)).toEqual([]);
    expect(chunksOf({ source: 'a', format: 'text', text: ' no blocks ', blocks: [] }, 100)).toHaveLength(1);
  });

  test('keeps large sections apart and small ones together', () => {
    const large = markdown(`# A\n\n${prose(1, 8)}\n\n# B\n\n${prose(2, 8)}`);
    expect(chunksOf(large, 250).map((chunk) => chunk.heading)).toEqual([['A'], ['B']]);
    const small = Array.from({ length: 40 }, (_, index) => `## S${index}\n\nOne two three four five.`);
    const chunks = chunksOf(markdown(`# A\n\n${small.join('\n\n')}`), 64);
    expect(chunks.length).toBeLessThan(12);
    for (const chunk of chunks) expect(chunk.text).toMatch(/^#/);
  });

  test('joins what is short with a neighbour of its section, where both fit', () => {
    const size = 64;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 2, maxLength: 40 }), (lengths) => {
        const text = lengths
          .map((count, i) => (i % 7 === 3 ? `# S${i}` : `${'word '.repeat(count)}end.`))
          .join('\n\n');
        const chunks = chunksOf(markdown(text), size);
        for (const [i, chunk] of chunks.entries()) {
          const next = chunks[i + 1];
          if (next === undefined || next.text.startsWith('#')) continue;
          const isShort = Math.min(chunk.tokens, next.tokens) < size / 4;
          if (isShort) expect(chunk.tokens + next.tokens).toBeGreaterThan(size);
        }
      }),
    );
  });

  test('leaves no heading at the end of a chunk', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 20, max: 120 }), (seed, size) => {
        const sections = Array.from(
          { length: 12 },
          (_, index) =>
            `${'#'.repeat(1 + (index % 3))} Title\n\n${prose(seed + index, 1 + ((seed + index) % 5))}`,
        );
        for (const chunk of chunksOf(markdown(sections.join('\n\n')), size)) {
          expect(chunk.text).not.toMatch(/(^|\n)#+ Title$/);
        }
      }),
    );
  });

  test('leaves no heading alone before a word that is longer than a chunk', () => {
    const title = 'A title of ten words before something without any place to';
    const document = markdown(`# ${title}\n\n${'x1y2z3'.repeat(200)}`);
    for (const { text } of chunksOf(document, 64, 0, wordPiece)) expect(text).not.toMatch(/place to$/);
  });

  test('keeps what is announced with its announcement where it can', () => {
    const pairs = Array.from({ length: 60 }, (_, index) => [
      prose(index, 2),
      'Such as:',
      prose(index + 99, 2),
    ]);
    for (const chunk of chunksOf(markdown(pairs.flat().join('\n\n')), 200)) {
      expect(chunk.text).not.toMatch(/:$/);
    }
  });

  test('cuts between sentences before it cuts one', () => {
    const chunks = chunksOf(markdown(prose(3, 40)), 50);
    expect(chunks.length).toBeGreaterThan(8);
    for (const chunk of chunks) expect(chunk.text).toMatch(/^W.*\.$/);
  });

  test('cuts code between lines, and keeps functions whole', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `  call(${index}, some, more, words);`);
    const code = chunksOf(markdown(`\`\`\`\n${lines.join('\n')}\n\`\`\``), 40);
    for (const chunk of code) expect(chunk.text).toMatch(/^(```|call).*(```|;)$/s);

    const nested = Array.from(
      { length: 30 },
      (_, index) => `if (${index}) {\n    do(one, two);\n    do(three);\n}`,
    );
    for (const chunk of chunksOf(markdown(`\`\`\`\n${nested.join('\n')}\n\`\`\``), 60)) {
      expect(chunk.text).toMatch(/^(```|if).*(```|})$/s);
    }

    const parts = Array.from({ length: 9 }, (_, index) => ({
      title: `f${index}`,
      body: `function f${index}() {\n${lines.slice(0, 1 + ((index * 5) % 7)).join('\n')}\n}\n\n`,
    }));
    let text = '';
    const blocks = parts.map(({ title, body }): Document['blocks'][number] => {
      const start = text.length;
      text += body;
      const line = text.slice(0, start).split('\n').length;
      return { kind: 'code', start, end: start + body.trimEnd().length, line, level: 1, title };
    });
    for (const chunk of chunksOf({ source: 'a.js', format: 'code', text, blocks }, 45)) {
      expect(chunk.text).toMatch(/^function .*\}$/s);
    }
  });

  test('cuts Chinese after full stops', () => {
    const text = Array.from(
      { length: 60 },
      (_, index) => `第${'一二三四五六七八九'[index % 9]}个句子在这里结束。`,
    ).join('');
    const chunks = chunksOf(markdown(text), 64, 0, wordPiece);
    expect(chunks.length).toBeGreaterThan(8);
    for (const chunk of chunks) expect(chunk.text).toMatch(/^第.*。$/);
  });

  test('overlaps by whole sentences, within the section', () => {
    const document = markdown(`# A\n\n${prose(5, 90)}\n\n# B\n\n${prose(6, 90)}`);
    // Sentences have 18 words at most: one begins in each second half of an overlap.
    const chunks = chunksOf(document, 100, 40);
    expect(chunks.length).toBeGreaterThan(20);
    for (let index = 1; index < chunks.length; index++) {
      const chunk = chunks[index]!;
      const previous = chunks[index - 1]!;
      expect(chunk.text).toMatch(/^(W|# B)/);
      if (chunk.heading[0] !== previous.heading[0]) expect(chunk.text).toMatch(/^# B/);
      // Of a short chunk, the overlap would be all.
      else if (previous.tokens > 70) expect(chunk.start).toBeLessThan(previous.end);
      // Every chunk leaves room for its overlap, full or not.
      const own = document.text.slice(previous.end, chunk.end);
      if (!chunk.text.startsWith('#')) expect(words.count(own)).toBeLessThanOrEqual(60);
    }
  });

  test('keeps chunks well filled in long text', () => {
    const paragraphs = Array.from({ length: 300 }, (_, index) => prose(index, 1 + (index % 6)));
    const chunks = chunksOf(markdown(paragraphs.join('\n\n')), 256);
    const mean = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0) / chunks.length;
    expect(mean).toBeGreaterThan(256 * 0.6);
    for (const chunk of chunks) expect(chunk.tokens).toBeGreaterThan(256 / 16);
  });

  test('splits megabytes without structure', () => {
    const text = `${'lorem ipsum dolor '.repeat(60_000)}${'x1y2z3'.repeat(100_000)} ${'你好世界。'.repeat(60_000)}`;
    let count = 0;
    let end = 0;
    for (const chunk of split(markdown(text), { size: 256, overlap: 0, counter: wordPiece })) {
      expect(chunk.start - end).toBeLessThanOrEqual(1);
      end = chunk.end;
      count++;
    }
    expect(end).toBe(text.length);
    expect(count).toBeGreaterThan(2_000);
  });
});

describe('split, after an edit', () => {
  const anyEdit = fc.record({
    seed: fc.nat(),
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'insert', 'delete'),
    sections: fc.boolean(),
    overlap: fc.constantFrom(0, 32),
  });

  // Measured over 3,000 edits: 1.5 on average, 5 at most.
  test('gives at most a handful of new chunks for one changed paragraph', () => {
    let edits = 0;
    let changed = 0;
    fc.assert(
      fc.property(anyEdit, ({ seed, at, kind, sections, overlap }) => {
        const paragraphs = Array.from({ length: 150 }, (_, index) =>
          sections && index % 9 === 0
            ? `${'#'.repeat(1 + (index % 3))} Title ${index}`
            : prose(seed + index, 1 + ((seed + index * 7) % 6)),
        );
        const before = new Set(chunksOf(markdown(paragraphs.join('\n\n')), 200, overlap).map((c) => c.text));
        const edited = [...paragraphs];
        const place = at % edited.length;
        edited.splice(place, kind === 'insert' ? 0 : 1, ...(kind === 'delete' ? [] : [prose(at, 4)]));
        const after = chunksOf(markdown(edited.join('\n\n')), 200, overlap);
        const fresh = after.filter((chunk) => !before.has(chunk.text)).length;
        edits++;
        changed += fresh;
        expect(fresh).toBeLessThanOrEqual(7);
      }),
      { numRuns: 200 },
    );
    expect(changed / edits).toBeLessThan(2.5);
  });

  test('finds its cuts again in one long paragraph', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, at) => {
        const sentences = prose(seed, 400).split('. ');
        const before = new Set(chunksOf(markdown(sentences.join('. ')), 200).map((chunk) => chunk.text));
        sentences.splice(at % sentences.length, 1, 'Another one', 'And one more than before');
        const after = chunksOf(markdown(sentences.join('. ')), 200);
        expect(after.filter((chunk) => !before.has(chunk.text)).length).toBeLessThanOrEqual(7);
      }),
    );
  });
});
