import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../structure.js';

test('reads the structure of a document', async () => {
  const document = await documentOf(fixture('bees.rst'), 'bees.rst');
  expect(outline(document)).toEqual([
    '1 heading (1 Keeping bees) "============\\nKeeping bees\\n============"',
    '5 paragraph "A colony wakes when the *willow* flowers."',
    '7 heading (2 The hive) "The hive\\n========"',
    '10 item "- Check the queen."',
    '11 item "- Clean the floor,\\n  then put it back."',
    '14 paragraph "Weigh it like this::"',
    '16 code "    weigh hive\\n\\n    weigh frame"',
    '20 paragraph ".. note::\\n\\n   A swarm in May is worth a load of hay."',
    '24 code ".. code-block:: python\\n\\n   hive.open()\\n\\n   hive.close()"',
    '30 heading (3 Feeding) "Feeding\\n-------"',
    '33 table "=====  ======\\nmonth  weight\\n=====  ======\\nMay    14 kg\\n\\nJune   20 kg\\n=====  ======"',
    '41 item ":queen: one"',
    '42 item ":drones: many"',
    '44 heading (3 weigh() and others) "``weigh()`` and others\\n----------------------"',
    '47 code ">>> weigh()\\n14"',
  ]);
});

test.each([
  [
    'a literal block that is announced alone',
    'a\n\n::\n\n  b\n\nc',
    ['1 paragraph "a"', '3 paragraph "::"', '5 code "  b"', '7 paragraph "c"'],
  ],
  [
    'the text of a directive',
    '.. tip:: x\n   :a: b\n\n   one\n\n   two\n',
    ['1 paragraph ".. tip:: x\\n   :a: b\\n\\n   one"', '6 paragraph "two"'],
  ],
  [
    'targets',
    '.. _a:\n.. _b:\n\nA\n=\n',
    ['1 paragraph ".. _a:"', '2 paragraph ".. _b:"', '4 heading (1 A) "A\\n="'],
  ],
  ['a grid', '+---+\n| a |\n+---+\n', ['1 table "+---+\\n| a |\\n+---+"']],
  ['an underline that is too short', 'A paragraph\n--\n', ['1 paragraph "A paragraph\\n--"']],
])('reads %s', async (_, text, expected) => {
  expect(outline(await documentOf(text, 'a.rst'))).toEqual(expected);
});

test.each([
  ['==== =======\nCode Meaning\n==== =======\n1    a\n==== =======', 'Code | Meaning'],
  [
    '  ==== =======\n  Code The\n       meaning\n  ---- -------\n  ==== =======\n  1    a\n  ==== =======',
    'Code | The meaning',
  ],
  ['==== ====\n1    a\n==== ====', undefined],
  ['+---+-----+\n| A | B   |\n|   | or C|\n+===+=====+\n| 1 | 2   |\n+---+-----+', 'A | B or C'],
  ['+---+---+\n| 1 | 2 |\n+---+---+', undefined],
])('takes the header row of the table %j', async (text, context) => {
  const { blocks } = await documentOf(text, 'a.rst');
  expect(blocks.map((block) => [block.kind, block.context])).toEqual([['table', context]]);
});
