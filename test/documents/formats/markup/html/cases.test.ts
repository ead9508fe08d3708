// Pages that were read wrong, and others of their kinds, with what a reader of the page sees.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Document } from '../../../../../src/types/document.js';
import { documentOf, outline } from '../../../structure.js';

const cases = new URL('../../../../../fixtures/cases/html/', import.meta.url);
const read = (name: string): Promise<Document> => documentOf(readFileSync(new URL(name, cases)), name);
const blocks = async (html: string, name = 'a.html'): Promise<string[]> =>
  outline(await documentOf(html, name)).map((line) => line.replace(/^\d+ /, ''));

test('each visible sentence of a page is there', async () => {
  const { text } = await read('kept.html');
  expect(text.split(/\n+/)).toEqual([
    'Main',
    'Formula: E=mc2 is known.',
    'Press Save now to go on.',
    'Wiring diagram of the pump shows it.',
    'default text in textarea',
    'More',
    'Hidden details text',
    'Dialog words',
    'Math inline: svg label end.',
    'H2O and x2 and foot[1].',
    'a bc <tag> &amp; ’ é ¬anentity; © 2024',
    '漢(kan)',
    'line one',
    'line twojoined',
    '5. five',
    '6. six',
    '1. x',
    '- parent',
    '- child',
    'tail',
    'Term',
    'Meaning',
    'The language C #',
    'See article 5 §',
    'Quoted',
    'if (a < b) {',
    '    x();',
    '}',
    'Page header words',
    'Aside words',
    'Name input value',
    '<b>xmp raw</b>',
    'unclosed bold',
    'next para',
  ]);
});

test('cells keep their columns, and a caption and the header row stay with the table', async () => {
  const document = await read('tables.html');
  expect(outline(document)).toEqual([
    '1 heading (1 Tables) "Tables"',
    '2 table "Prices\\nItem | Cost\\nPump | 10 | EUR\\n | 12 | USD"',
    '3 table " | only second\\na |  | c"',
    '4 paragraph "outer"',
    '4 table "in1 | in2"',
    '4 paragraph "outer2"',
    '5 table "para one para two | - i1 - i2"',
    '6 code "code\\n line"',
    '7 paragraph "after"',
    '8 table "pipe | inside | b"',
  ]);
  expect(document.blocks[1]!.context).toBe('Item | Cost');
});

test('landmarks and what is hidden are left out', async () => {
  expect(outline(await read('landmarks.html'))).toEqual([
    '1 heading (1 Valves) "Valves"',
    '1 paragraph "A valve stops the flow of water in the pipe."',
  ]);
});

test.each([
  ['an element whose end is missing', '<ul><li hidden>a<li>b</ul><p hidden>c<p>d<div>e', ['- b', 'd', 'e']],
  ['a cell', '<table><tr><td>a<td hidden>b<td>c<tr><td>d</table>', ['a | c\nd']],
  ['a term', '<dl><dt>a<dd hidden>b<ul><li>c</ul><dt>d<dd>e</dl>', ['a\nd\ne']],
  ['elements of its name', '<div hidden><div>a</div>b</div>c', ['c']],
  ['an empty element', '<input hidden><img hidden alt="a">b<br hidden>c', ['bc']],
  ['all of a page', '<body style="visibility: hidden"><main hidden>a</main>', ['a']],
  ['a tab that is behind', '<div role="tabpanel" hidden>a</div>', ['a']],
  [
    'a search',
    '<form role="search"><label>Search</label></form><div role="Banner Navigation">b</div>c',
    ['c'],
  ],
  ['what is found by searching', '<div hidden="until-found">a</div>', ['a']],
  ['styles', '<p style="color:red; display : NONE">a</p><p style="display:block">b</p>', ['b']],
  ['icons', '<p>a<span aria-hidden="true">menu</span></p><h2 aria-hidden="true">b</h2>', ['a', 'b']],
  ['line numbers', '<table><tr><td class="x linenos"><pre>1\n2</pre><td><pre>a\n b</pre></table>', ['a\n b']],
  ['buttons that copy', '<pre>a</pre><button class="copybtn">Copy</button><button>Go</button>', ['a', 'Go']],
  ['a closed dialog', '<dialog>a</dialog><dialog open>b</dialog>', ['b']],
])('of what is hidden: %s', async (_, html, expected) => {
  const document = await documentOf(html, 'a.html');
  expect(document.blocks.map(({ start, end }) => document.text.slice(start, end))).toEqual(expected);
});

test.each([
  'h2',
  'pre',
  'table',
  'svg',
  'nav',
  'footer',
  'ul',
  'script',
  'style',
  'iframe',
  'textarea',
  'dl',
])('XHTML closes an empty %s', async (name) => {
  const body = `<h1>Chapter</h1><${name}/><p>First   paragraph.</p><${name} class="a" /><p>Second.</p>`;
  const expected = ['heading (1 Chapter) "Chapter"', 'paragraph "First paragraph."', 'paragraph "Second."'];
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>';
  const xhtml = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>${body}</body></html>`;
  expect(await blocks(prolog + xhtml, 'a.xhtml')).toEqual(expected);
  expect(await blocks(`<!DOCTYPE html>${xhtml}`, 'a.xhtml')).toEqual(expected);
});

test('XHTML may write prefixes and the entities of HTML', async () => {
  const xhtml = '<h:body xmlns:h="x"><h:h1>A&nbsp;b</h:h1><h:p>c &eacute;<o:p>d</o:p></h:p></h:body>';
  expect(await blocks(`<?xml version="1.0"?>${xhtml}`)).toEqual([
    'heading (1 A b) "A b"',
    'paragraph "c éd"',
  ]);
});

test.each([
  ['<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>', '(a+b)/2'],
  ['<msup><mn>10</mn><mn>6</mn></msup>', '10^6'],
  ['<msub><mi>x</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub>', 'x_(i+1)'],
  ['<msubsup><mo>∑</mo><mi>i</mi><mi>n</mi></msubsup><mi>i</mi>', '∑_i^n i'],
  ['<msqrt><mi>x</mi><mo>+</mo><mi>y</mi></msqrt><mo>=</mo><mroot><mi>z</mi><mn>3</mn></mroot>', '√(x+y)=∛z'],
  ['<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi><mo>&InvisibleTimes;</mo><mi>y</mi>', 'sin xy'],
  ['<mover><mi>x</mi><mo>¯</mo></mover><mspace/><mfenced><mi>a</mi><mi>b</mi></mfenced>', 'x¯ (a,b)'],
  [
    '<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd>3</mtd></mtr></mtable>',
    '1, 2; 3',
  ],
  ['<semantics><mi>x</mi><annotation encoding="application/x-tex">\\mathrm x</annotation></semantics>', 'x'],
  ['\n <mi>E</mi>\n <mo>=</mo>\n <mrow>\n  <mi> m </mi><msup>\n<mi>c</mi> <mn>2</mn></msup></mrow>', 'E=mc2'],
  ['<mtext>for all </mtext><mi>x</mi>', 'for all x'],
])('reads the formula %j', async (inner, expected) => {
  expect(await blocks(`<p>a <math>${inner}</math> b</p>`)).toEqual([`paragraph "a ${expected} b"`]);
  expect(await blocks(`<p>a <m:math>${inner.replace(/(<\/?)m/g, '$1m:m')}</m:math> b</p>`)).toEqual([
    `paragraph "a ${expected} b"`,
  ]);
});

test('a formula without an end ends with its block; those of MathJax 2 are in scripts', async () => {
  expect(await blocks('<p>a <math><mi>x</mi></p><h2>b</h2>')).toEqual([
    'paragraph "a x"',
    'heading (2 b) "b"',
  ]);
  expect(await blocks('<p>a <script type="math/tex">\\frac{a}{b}</script> b<script>c</script></p>')).toEqual([
    'paragraph "a \\\\frac{a}{b} b"',
  ]);
});

test.each([
  ['<ol start="5"><li>a<li value="9">b<li>c</ol>', ['5. a', '9. b', '10. c']],
  ['<ol reversed><li>a<ol><li>x</ol><li>b<li>c</ol>', ['3. a', '1. x', '2. b', '1. c']],
  ['<ol reversed start=9><li>a<li>b</ol>', ['9. a', '8. b']],
  ['<ol type=a start=26><li>a<li>b</ol><ol type=I start=4><li>c</ol>', ['z. a', 'aa. b', 'IV. c']],
  ['<ol start=x><li>a</ol><ol start=0><li>b</ol>', ['1. a', '0. b']],
])('numbers the items of %j', async (html, expected) => {
  expect(await blocks(html)).toEqual(expected.map((item) => `item ${JSON.stringify(item)}`));
});

test.each([
  ['<h2>C #</h2><p>x §</p><p># ¶</p>', ['heading (2 C #) "C #"', 'paragraph "x §"', 'paragraph "# ¶"']],
  ['<h2>a<a class="headerlink" href="#a" title="Permalink">¶</a></h2>', ['heading (2 a) "a"']],
  [
    '<a href="#main">Skip to main content</a><p>How to skip: <a href="#a">Skip to content</a> is a link</p>',
    ['paragraph "How to skip: is a link"'],
  ],
  [
    '<p><a href="b.html">Skip to content</a> <a href="#a">Skip to content of tanks</a></p>',
    ['paragraph "Skip to content Skip to content of tanks"'],
  ],
  ['<h2><a class="anchor" href="p.html#a">#</a> a</h2>', ['heading (2 a) "a"']],
  ['<dl><dt>f(x) <a href="#f">§</a></dt><dd>b</dd></dl>', ['paragraph "f(x)\\nb"']],
  ['<p>see <a href="#a">a</a>, <a href="#b">#1</a></p>', ['paragraph "see a, #1"']],
  ['<p><a href="#a"><img alt="Plan of the hall"></a></p>', ['paragraph "Plan of the hall"']],
])('knows a link to the heading from words: %j', async (html, expected) => {
  expect(await blocks(html)).toEqual(expected);
});

test.each([
  ['', '20.8. Errors', '20.8. Errors'],
  ['a suffix', 'Errors — Pump docs', 'Errors'],
  ['a prefix', 'Pump docs | Errors', 'Errors'],
  ['a manual', 'Errors (Pump manual)', 'Errors'],
  ['other spaces', '20.8.&nbsp;Errors', '20.8.\n Errors'],
])('a title that the first heading says, with %s, counts once', async (_, title, heading) => {
  const page = `<title>${title}</title><h2>${heading}</h2><p>a</p><h3>Where</h3><h2>Then</h2>`;
  const { blocks: found } = await documentOf(page, 'a.html');
  expect(found.map(({ level, title: name }) => [level, name])).toEqual([
    [1, heading.replace(/\s+/, ' ')],
    [undefined, undefined],
    [3, 'Where'],
    [2, 'Then'],
  ]);
});

test('another title is above all headings', async () => {
  expect(await blocks('<title>Errors of pumps</title><h2>Errors</h2>')).toEqual([
    'heading (1 Errors of pumps) "Errors of pumps"',
    'heading (2 Errors) "Errors"',
  ]);
});

test('a term is in one block with its definition, which stays whole when it is short', async () => {
  const long = 'word '.repeat(200).trim();
  const html = `<dl><dt>a</dt><dt>b</dt><dd><p>1</p><pre>2</pre></dd>
    <dt>c</dt><dd><p>${long}</p><p>3</p><dl><dt>d</dt><dd>4</dd></dl></dd>
    <dt>e</dt><dd></dd><dt>f</dt><dd><table><tr><td>5<td>6</table></dd><dt>g</dt></dl><p>7</p>`;
  expect(await blocks(html)).toEqual([
    'paragraph "a\\nb\\n1\\n\\n2"',
    'heading (2 c) "c"',
    `paragraph "${long}"`,
    'paragraph "3"',
    'paragraph "d\\n4"',
    'paragraph (<2) "e"',
    'heading (2 f) "f"',
    'table "5 | 6"',
    'paragraph (<2) "g"',
    'paragraph (<2) "7"',
  ]);
});

test("an entry with an address is a section under its term, and text after the list isn't part of it", async () => {
  const html = `<h2>Functions</h2><p>All of them:</p>
<dl class="py"><dt id="m.open">m.open(<em>path</em>, mode='r')<a class="headerlink" href="#m.open">¶</a></dt>
<dt>m.open64(path)</dt>
<dd><p>Opens it.</p><p>Or not.</p>
<dl><dt id="m.open.mode">mode</dt><dd>How.</dd></dl><p>Then read.</p></dd></dl>
<dl><dt><span><a name="w"></a>work_mem (<code>integer</code>):</span></dt><dd><p>Memory.</p></dd><dt>x</dt><dd>y</dd></dl>
<p>All else.</p><h2>Errors</h2>
<dl class="footnote"><dt id="f1">[1]</dt><dd>A note.</dd></dl>`;
  expect(outline(await documentOf(html, 'a.html'))).toEqual([
    '1 heading (2 Functions) "Functions"',
    '1 paragraph "All of them:"',
    `2 heading (3 m.open) "m.open(path, mode='r')\\nm.open64(path)"`,
    '4 paragraph "Opens it."',
    '4 paragraph "Or not."',
    '5 heading (4 mode) "mode"',
    '5 paragraph "How."',
    '5 paragraph (<4) "Then read."',
    '6 heading (3 work_mem (integer)) "work_mem (integer):"',
    '6 paragraph "Memory."',
    '6 paragraph (<3) "x\\ny"',
    '7 paragraph (<3) "All else."',
    '7 heading (2 Errors) "Errors"',
    '8 paragraph "[1]\\nA note."',
  ]);
});

test.each([
  ['DocBook', '<div class="note"><h3 class="title">Note</h3><p>a</p></div>', 'Note\\na'],
  ['a title', '<div class="warning"><h3>Warning: fire</h3><pre>a</pre></div>', 'Warning: fire\\na'],
  [
    'Sphinx',
    '<div class="admonition"><p class="admonition-title">See also</p><p>a</p></div>',
    'See also\\na',
  ],
  ['a definition', '<dl><dt>x<dd><div class=note><h3>Note</h3><p>a</div></dl>', 'x\\nNote\\na'],
  ['nothing', '<div class="note"><h3>Tip</h3></div>', 'Tip'],
])('the label of a box is no heading: %s', async (_, html, text) => {
  expect(await blocks(`<h2>A</h2>${html}<h2>Note</h2>`)).toEqual([
    'heading (2 A) "A"',
    expect.stringMatching(/^(?:paragraph|code) /),
    'heading (2 Note) "Note"',
  ]);
  expect((await blocks(html))[0]).toContain(` "${text}"`);
});

test.each([
  ['<table><thead><tr><th>A<th>B<tbody><tr><td>1<td>2</table>', 'A | B'],
  ['<table><tr><th>A<th>B<tr><th>x<td>2</table>', 'A | B'],
  ['<table><tr><th rowspan=2>A<th colspan=2>B<tr><th>C<th>D<tr><td>1<td>2<td>3</table>', 'A | B /  | C | D'],
  ['<table><tr><td>Code<td>Meaning<td>Remedy<tr><td>E1<td>a<td>b</table>', 'Code | Meaning | Remedy'],
  ['<table><tr><th>Name<td>x<tr><th>Age<td>y</table>', undefined],
  ['<table><tr><td>a<td>b<tr><td>c<td>d</table>', undefined],
  ['<table><tr><th><h3>A</h3><th>B<tr><td>1<td>2</table>', 'A | B'],
])('takes the header row of %j', async (html, context) => {
  const document = await documentOf(html, 'a.html');
  expect(document.blocks).toHaveLength(1);
  expect(document.blocks[0]!.context).toBe(context);
});

test('a table that lays out a page is text', async () => {
  const prose = '<p>Water flows.</p>'.repeat(200);
  const html = `<table><tr><td>menu<td><h1>A</h1><p>b</p><p>c</p></table><table><tr><td>${prose}</table>`;
  const found = await blocks(html);
  expect(found.slice(0, 4)).toEqual(['table "menu"', 'heading (1 A) "A"', 'paragraph "b"', 'paragraph "c"']);
  expect(found.slice(4)).toEqual(Array.from({ length: 200 }, () => 'paragraph "Water flows."'));
});

test('merged cells of a hostile table take a bounded place', async () => {
  const wide = '<tr><td colspan=1000 rowspan=65534>a<td>b'.repeat(5000);
  const document = await documentOf(`<table>${wide}</table>`, 'a.html');
  expect(document.text.length).toBeLessThan(wide.length * 4);
});
