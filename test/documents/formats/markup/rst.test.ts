import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../structure.js';

test('reads the structure of a document', async () => {
  const document = await documentOf(fixture('bees.rst'), 'bees.rst');
  expect(outline(document)).toEqual([
    '1 heading (1 Keeping bees) "Keeping bees"',
    '5 paragraph "A colony wakes when the willow flowers."',
    '7 heading (2 The hive) "The hive"',
    '10 item "- Check the queen."',
    '11 item "- Clean the floor,\\n  then put it back."',
    '14 paragraph "Weigh it like this:"',
    '16 code "weigh hive\\n\\nweigh frame"',
    '20 paragraph "Note\\nA swarm in May is worth a load of hay."',
    '26 code "hive.open()\\n\\nhive.close()"',
    '30 heading (3 Feeding) "Feeding"',
    '33 table "month | weight\\nMay | 14 kg\\nJune | 20 kg"',
    '41 item "queen: one"',
    '42 item "drones: many"',
    '44 heading (3 weigh() and others) "weigh() and others"',
    '47 code ">>> weigh()\\n14"',
  ]);
});

test.each([
  [
    'a literal block that is announced alone',
    'a\n\n::\n\n  b\n\nc',
    ['1 paragraph "a"', '5 code "b"', '7 paragraph "c"'],
  ],
  ['quoted code', 'a::\n\n> b\n> c\n\nd', ['1 paragraph "a:"', '3 code "> b\\n> c"', '6 paragraph "d"']],
  [
    'boxes',
    '.. tip:: x\n   :a: b\n\n   one\n\n   two\n\n.. versionchanged:: 2.1\n   Faster.\n\n.. deprecated:: 3\n',
    [
      '1 paragraph "Tip\\nx"',
      '4 paragraph "one"',
      '6 paragraph "two"',
      '8 paragraph "Changed in version 2.1: Faster."',
      '11 paragraph "Deprecated since version 3"',
    ],
  ],
  [
    'what shows nothing',
    '.. _a:\n.. _b: https://x.org\n.. a comment\n   of two lines\n\n.. toctree::\n   :maxdepth: 2\n\n   x\n\n__ y\n\n----\n\nA\n=\n',
    ['15 heading (1 A) "A"'],
  ],
  [
    'roles, links and substitutions',
    '.. |x| replace:: the pump\n.. _site: https://x.org\n\nSee :func:`a.b`, :class:`~p.C`, :ref:`More <m>`, `Text <u>`_, site_, snake_, |x|, [1]_, ``l|i``,\n**bold** *it* \\*no\\*, a_b_c, :pep:`8`, 2*3*4, `t`:sub: and |y|.\n\n.. [1] A *note*.\n',
    [
      '4 paragraph "See a.b, C, More, Text, site, snake_, the pump, [1], l|i,\\nbold it *no*, a_b_c, PEP 8, 2*3*4, t and |y|."',
      '7 paragraph "[1] A note."',
    ],
  ],
  [
    'descriptions of objects',
    'M\n=\n\n.. class:: Pump(size, \\\n      speed=1)\n\n   Pumps.\n\n   .. method:: start()\n              stop()\n\n      Starts.\n\n   More.\n\n.. option:: -v, --verbose\n\n   Talks.\n\n.. setting:: X\n\nAfter.\n\nX\n-\n\n.. data:: X\n\n   Same.\n\n.. data:: Y\n',
    [
      '1 heading (1 M) "M"',
      '4 heading (2 Pump) "class Pump(size, speed=1)"',
      '7 paragraph "Pumps."',
      '9 heading (3 start) "start()\\nstop()"',
      '12 paragraph "Starts."',
      '14 paragraph (<3) "More."',
      '16 heading (2 -v, --verbose) "-v, --verbose"',
      '18 paragraph "Talks."',
      '22 paragraph (<2) "After."',
      '24 heading (2 X) "X"',
      '27 paragraph "X\\nSame."',
      '31 paragraph "Y"',
    ],
  ],
  [
    'lists, terms and quotes',
    '1. a\n\n   b::\n\n     c\n#. d\n\nterm : kind\n   What.\n\n   And.\n\n-a, --all  All.\n-b         Both\n           too.\n\nEnd.\n\n   quoted\n\n| x\n| y\n',
    [
      '1 item "1. a\\n  b:\\n  c"',
      '6 item "#. d"',
      '8 paragraph "term : kind\\nWhat.\\nAnd."',
      '13 paragraph "-a, --all All."',
      '14 paragraph "-b Both\\ntoo."',
      '17 paragraph "End."',
      '19 paragraph "quoted"',
      '21 paragraph "x\\ny"',
    ],
  ],
  [
    'a look, and a form feed',
    '.. class:: wide-table\n\n.. class:: p-1 b\n\n   a\n\n..\f local\n\n   x\n',
    ['5 paragraph "a"'],
  ],
  [
    'an image by its words',
    '.. figure:: x.png\n   :alt: A plan\n\n   Where.\n',
    ['1 paragraph "A plan"', '4 paragraph "Where."'],
  ],
  ['raw HTML', '.. raw:: html\n\n   <p>a <b>b</b></p>\n\n.. raw:: latex\n\n   \\x\n', ['3 paragraph "a b"']],
  ['an underline that is too short', 'A paragraph\n--\n', ['1 paragraph "A paragraph\\n--"']],
  [
    'the data of pictures',
    `.. image:: data:image/png;base64,${'iVBORw0KGgo'.repeat(9)}\n   :alt: a\n\nsee data:image/png;base64,${'iVBORw0KGgo'.repeat(9)}`,
    ['1 paragraph "a"', '4 paragraph "see data:image/png;base64,…"'],
  ],
])('reads %s', async (_, text, expected) => {
  expect(outline(await documentOf(text, 'a.rst'))).toEqual(expected);
});

test.each([
  [
    '==== =======\nCode Meaning\n==== =======\n1    a\n     b\n2    `c`\n==== =======',
    'table {Code | Meaning} "Code | Meaning\\n1 | a b\\n2 | c"',
  ],
  [
    '  ==== =======\n  Code The\n       meaning\n  ---- -------\n  ==== =======\n  1    a\n  ==== =======',
    'table {Code | The meaning} "Code | The meaning\\n1 | a"',
  ],
  ['==== ====\n1    a\n==== ====', 'table {} "1 | a"'],
  [
    '+---+-----+\n| A | B   |\n|   | or C|\n+===+=====+\n| 1 | 2   |\n+---+-----+\n| both    |\n+---+-----+',
    'table {A | B or C} "A | B or C\\n1 | 2\\nboth"',
  ],
  ['+---+---+\n| 1 | 2 |\n+---+---+', 'table {} "1 | 2"'],
  [
    '.. list-table:: Gates\n   :header-rows: 1\n\n   * - Name\n     - Width\n   * - North\n       gate\n     - :n:`4`\n',
    'table {Name | Width} "Gates\\nName | Width\\nNorth gate | 4"',
  ],
  [
    '.. csv-table:: Gates\n   :header: "Name", "Width, m"\n\n   "North", 4\n   South, "5"\n',
    'table {Name | Width, m} "Gates\\nName | Width, m\\nNorth | 4\\nSouth | 5"',
  ],
  ['.. table:: T\n\n   == ==\n   A  B\n   == ==\n   1  2\n   == ==\n', 'table {A | B} "T\\nA | B\\n1 | 2"'],
])('reads the table %j', async (table, expected) => {
  const { text, blocks } = await documentOf(table, 'a.rst');
  const found = blocks.map(
    ({ kind, context = '', start, end }) => `${kind} {${context}} ${JSON.stringify(text.slice(start, end))}`,
  );
  expect(found).toEqual([expected]);
});

test('RST: a formula keeps its commands', async () => {
  const { text } = await documentOf('The flow is :math:`\\frac{a}{b}` and :emphasis:`a\\*b`.\n', 'a.rst');
  expect(text).toBe('The flow is \\frac{a}{b} and a*b.');
});

test('says no arguments that only tell when or how something is shown', async () => {
  const text =
    'T\n=\n\n.. only:: html\n\n   Shown.\n\n.. grid:: 2\n\n   .. container:: wide\n\n      Inner.\n';
  expect((await documentOf(text, 'a.rst')).text).toBe('T\n\nShown.\n\nInner.');
});
