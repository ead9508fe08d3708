import { describe, expect, test } from 'vitest';
import { TextBuilder } from '../../../src/documents/blocks/text-builder.js';

describe('a text that is built', () => {
  test('has blocks with the offsets and lines of the text', () => {
    const builder = new TextBuilder();
    builder.heading('  A  title\nof two lines ', 2);
    builder.add('code', '\n\n  if (x)\n    y();\n');
    builder.add('paragraph', ' \n ');
    builder.add('table', 'a | b\n1 | 2', { page: 3, context: 'a | b' });
    const { text, blocks } = builder.finish();
    expect(text).toBe('A  title\nof two lines\n\n  if (x)\n    y();\n\na | b\n1 | 2');
    expect(blocks.map(({ start, end, ...block }) => ({ ...block, text: text.slice(start, end) }))).toEqual([
      { kind: 'heading', text: 'A  title\nof two lines', line: 1, level: 2, title: 'A title of two lines' },
      { kind: 'code', text: '  if (x)\n    y();', line: 4 },
      { kind: 'table', text: 'a | b\n1 | 2', line: 7, page: 3, context: 'a | b' },
    ]);
  });

  test('has no blank line between the items of a list', () => {
    const builder = new TextBuilder();
    builder.add('paragraph', 'Fruit:');
    builder.add('item', '- Apple');
    builder.add('item', '  - Boskoop');
    builder.add('paragraph', 'Fish.');
    const { text, blocks } = builder.finish();
    expect(text).toBe('Fruit:\n\n- Apple\n  - Boskoop\n\nFish.');
    expect(blocks.map(({ line }) => line)).toEqual([1, 3, 4, 6]);
  });

  test('is empty when nothing was added', () => {
    expect(new TextBuilder().finish()).toEqual({ text: '', blocks: [] });
  });
});
