// Random documents for the property tests: blocks as a format would find them, and blocks as none would.

import type { Block, Document } from '../../src/types/document.js';
import fc from '../helpers/properties.js';

const words = [
  'alpha',
  'beta',
  'gamma',
  'Delta',
  'epsilon.',
  'zeta,',
  'eta!',
  'Theta.',
  'iota',
  'kappa;',
  'x=y',
  'na\u00efve',
  'e\u0301t\u00e9',
];

const word = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '👩‍👩‍👧‍👦🇩🇪🇫🇷',
      '你好，世界。这是一个测试。'.repeat(6),
      'c3VwZXJjYWxp'.repeat(12),
    ),
  },
);
const gap = fc.constantFrom(' ', ' ', ' ', ' ', '  ', '\n', '\n    ', '\t', '\u00a0', '\u0085', '\ufeff');

const paragraph = fc
  .array(fc.tuple(word, gap), { minLength: 1, maxLength: 60 })
  .map((parts) => parts.map(([text, space]) => text + space).join(''));

const piece = fc.record({
  kind: fc.constantFrom<Block['kind']>(
    'heading',
    'paragraph',
    'paragraph',
    'item',
    'code',
    'table',
    'record',
  ),
  level: fc.integer({ min: 1, max: 4 }),
  named: fc.boolean(),
  text: fc.oneof(
    { weight: 8, arbitrary: paragraph },
    { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n') },
  ),
  separator: fc.constantFrom('\n\n', '\n\n', '\n', ' ', ''),
  page: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  context: fc.constantFrom('Code | Meaning', 'Code | Meaning | Remedy in words', 'alpha beta'),
});

/** Documents whose blocks cover all their text, adjacent ones and blank ones among them. */
export const anyDocument: fc.Arbitrary<Document> = fc
  .tuple(fc.constantFrom('', '\n', '  \n'), fc.array(piece, { maxLength: 25 }))
  .map(([lead, pieces]) => {
    let text = lead;
    const blocks: Block[] = [];
    for (const { kind, level, named, text: content, separator, page, context } of pieces) {
      const body = kind === 'heading' ? content.slice(0, 30) : content;
      const block: Block = { kind, start: text.length, end: text.length + body.length, line: lineOf(text) };
      if (kind === 'heading' || (kind === 'code' && named))
        Object.assign(block, { level, title: `T${level}` });
      if (page !== undefined) block.page = page;
      if (kind === 'table' && named) block.context = context;
      blocks.push(block);
      text += body + separator;
    }
    return { source: 'docs/random.md', format: 'markdown', text, blocks, metadata: { random: true } };
  });

function lineOf(text: string): number {
  return text.split('\n').length;
}

/** A document of headings (`# title`), code (``` fences) and paragraphs between blank lines. */
export function markdown(text: string): Document {
  const blocks: Block[] = [];
  let start = 0;
  for (const part of text.split('\n\n')) {
    const end = start + part.length;
    const heading = /^(#{1,6}) (.*)$/.exec(part);
    const block: Block = { kind: 'paragraph', start, end, line: lineOf(text.slice(0, start)) };
    if (heading) Object.assign(block, { kind: 'heading', level: heading[1]!.length, title: heading[2] });
    else if (part.startsWith('```')) block.kind = 'code';
    if (part.trim() !== '') blocks.push(block);
    start = end + 2;
  }
  return { source: 'docs/a.md', format: 'markdown', text, blocks };
}

/** `count` sentences of words that depend on `seed` only. */
export function prose(seed: number, sentences: number): string {
  let state = seed;
  const next = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const made: string[] = [];
  for (let sentence = 0; sentence < sentences; sentence++) {
    const parts = Array.from({ length: 6 + next(12) }, () => vocabulary[next(vocabulary.length)]!);
    made.push(`${parts[0]!.toUpperCase()} ${parts.slice(1).join(' ')}.`);
  }
  return made.join(' ');
}

const vocabulary = Array.from({ length: 400 }, (_, index) => `w${((index * 7919) % 4096).toString(16)}`);
