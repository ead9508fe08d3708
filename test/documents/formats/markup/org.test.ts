import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const read = async (text: string) => outline(await documentOf(text, 'a.org'));

test('Org: headings make the heading path', async () => {
  expect(await read('* Valves\nA valve stops the flow.\n** Pumps\nA pump moves water.\n')).toEqual([
    '1 heading (1 Valves) "Valves"',
    '2 paragraph "A valve stops the flow."',
    '3 heading (2 Pumps) "Pumps"',
    '4 paragraph "A pump moves water."',
  ]);
});

test('Org: drawers, planning, settings, tags and comments go, code stays as it is', async () => {
  const file = [
    '#+TITLE: The works',
    '#+OPTIONS: toc:nil',
    '* TODO [#A] Valves :water:old:',
    'SCHEDULED: <2024-05-01 Wed>',
    ':PROPERTIES:',
    ':ID: 7',
    ':END:',
    'See [[https://example.org][the site]] and [[file:a.org]].',
    '# a comment',
    '- one',
    '  more',
    '- two',
    '#+begin_src sh :results none',
    'pump --on',
    '# no comment',
    '#+end_src',
    '#+BEGIN_QUOTE',
    'Water flows.',
    '#+END_QUOTE',
    ': fixed',
  ].join('\n');
  expect(await read(file)).toEqual([
    '1 heading (1 The works) "The works"',
    '3 heading (2 Valves) "Valves"',
    '8 paragraph "See the site and a.org."',
    '10 item "- one\\n  more"',
    '12 item "- two"',
    '14 code "pump --on\\n# no comment"',
    '18 paragraph "Water flows."',
    '20 code "fixed"',
  ]);
});

test('Org: the header of a table goes with its rows', async () => {
  const document = await documentOf('| Name | Flow |\n|------+------|\n| pump | 3 |\n', 'a.org');
  expect(outline(document)).toEqual(['1 table "Name | Flow\\npump | 3"']);
  expect(document.blocks[0]!.context).toBe('Name | Flow');
});

test('Org: signs of emphasis go, others stay', async () => {
  expect(await read('A *bold one*, =code=, ~x~ and _so_; 2 * 3 * 4, a_b_c, x=1 and y=2, ~/a ~/b.')).toEqual([
    '1 paragraph "A bold one, code, x and so; 2 * 3 * 4, a_b_c, x=1 and y=2, ~/a ~/b."',
  ]);
});
