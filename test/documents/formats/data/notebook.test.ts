// Jupyter notebooks: what a cell printed.
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../structure.js';

async function shown(...outputs: object[]): Promise<string> {
  const cells = [{ cell_type: 'code', source: ['run()'], outputs }];
  const { text } = await documentOf(JSON.stringify({ nbformat: 4, cells }), 'a.ipynb');
  return text.replace(/^run\(\)\s*/, '');
}

const result = (data: object) => ({ output_type: 'execute_result', data });
const printed = (text: string) => ({ output_type: 'stream', name: 'stdout', text: text.split(/(?<=\n)/) });

describe('the output of a cell', () => {
  test.each([
    ['what was printed', printed('one\ntwo\n'), 'one\ntwo'],
    [
      'an error',
      { output_type: 'error', ename: 'ValueError', evalue: '\x1b[31mtoo high\x1b[0m', traceback: ['…'] },
      'ValueError: too high',
    ],
    [
      'a drawing with words',
      result({ 'image/svg+xml': ['<svg><text>rate</text></svg>'], 'text/plain': ['<graphviz.Graph>'] }),
      'rate',
    ],
    [
      'JSON alone',
      result({ 'application/json': { a: ['words'] }, 'text/plain': '<IPython.core.display.JSON object>' }),
      '{"a":["words"]}',
    ],
    ['HTML alone', result({ 'text/html': ['<table><tr><td>only words</td></tr></table>'] }), 'only words'],
    [
      'HTML before the name of its class',
      result({ 'text/html': '<p>words</p>', 'text/plain': '<IPython.core.display.HTML object>' }),
      'words',
    ],
    [
      'Markdown',
      result({
        'text/markdown': ['**bold** words'],
        'text/plain': ['<IPython.core.display.Markdown object>'],
      }),
      '**bold** words',
    ],
    [
      'LaTeX',
      result({ 'text/latex': ['$E=mc^2$'], 'text/plain': ['<IPython.core.display.Math object>'] }),
      '$E=mc^2$',
    ],
    ['plain text before HTML', result({ 'text/html': '<b>4</b>', 'text/plain': '4' }), '4'],
    ['no picture', result({ 'image/png': 'AAAA', 'text/plain': '<Figure size 640x480 with 1 Axes>' }), ''],
    [
      'the picture of a formula as text',
      result({ 'image/png': 'AAAA', 'text/latex': '$$\\hbar x$$', 'text/plain': 'ℏ⋅x' }),
      'ℏ⋅x',
    ],
    ['no name of an object', result({ 'text/plain': '[<matplotlib.lines.Line2D at 0x7f1c2ab>]' }), ''],
    ['no object between words', printed('one\n<__main__.Pump object at 0x7f00>\ntwo'), 'one\n\ntwo'],
    ['the end of a progress bar', printed(' 10%\r 50%\r100%\ndone\n'), '100%\ndone'],
  ])('shows %s', async (_, output, text) => {
    expect(await shown(output)).toBe(text);
  });

  test('of a long one, the start and the end at line breaks', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `epoch ${i} loss ${(1 / (i + 1)).toFixed(3)}`);
    const text = await shown(printed(lines.join('\n')));
    const kept = text.split('\n');
    expect(kept[0]).toBe(lines[0]);
    expect(kept.at(-1)).toBe(lines.at(-1));
    expect(kept.every((line) => line === '…' || lines.includes(line))).toBe(true);
    expect(text.length).toBeLessThan(2000);
  });

  test('takes a time in proportion to its size', async () => {
    for (const part of ['\n', '<a object ', '\x1b]', '\x1b[', '\r', 'x\b', '[<']) {
      await shown(printed(part.repeat(50_000)), result({ 'text/plain': part.repeat(50_000) }));
    }
  });
});

test('a notebook of format 3', async () => {
  const cells = [
    { cell_type: 'heading', level: 2, source: ['Pumps'] },
    { cell_type: 'code', input: ['old()'], outputs: [{ output_type: 'pyout', text: ['old words'] }] },
  ];
  const { text, blocks } = await documentOf(
    JSON.stringify({ nbformat: 3, worksheets: [{ cells }] }),
    'a.ipynb',
  );
  expect(text).toBe('## Pumps\n\nold()\n\nold words');
  expect(blocks[0]).toMatchObject({ kind: 'heading', level: 2, title: 'Pumps' });
});
