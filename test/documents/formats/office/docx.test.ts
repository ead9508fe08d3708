// Word documents: a file of each kind that was once read wrong, with what Word shows of it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { zip } from '../../../helpers/zip.js';
import { documentOf, outline } from '../../structure.js';

const cases = new URL('../../../../fixtures/cases/docx/', import.meta.url);
const namespaces =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

const readCase = async (name: string) =>
  outline(await documentOf(readFileSync(new URL(name, cases)), name)).map((line) =>
    line.replace(/^\d+ /, ''),
  );

/** A document of this body, and of other parts by their types. */
function docx(body: string, parts: Record<string, string> = {}): Buffer {
  const relations = Object.keys(parts).map(
    (name) => `<Relationship Id="${name}" Type="x/${name.split('.')[0]}" Target="${name}"/>`,
  );
  const others = Object.entries(parts).map(([name, content]) => [`word/${name}`, content]);
  return zip({
    'word/document.xml': `<w:document ${namespaces}><w:body>${body}</w:body></w:document>`,
    'word/_rels/document.xml.rels': `<Relationships>${relations.join('')}</Relationships>`,
    ...Object.fromEntries(others),
  });
}

const run = (text: string, properties = '') =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (text: string, properties = '') =>
  `<w:p><w:pPr>${properties}</w:pPr>${text.startsWith('<') ? text : run(text)}</w:p>`;
const list = (id: number, level: number) =>
  `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${id}"/></w:numPr>`;
const style = (id: string, name: string, rest = '') =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${rest}</w:style>`;
const read = async (body: string, parts?: Record<string, string>) =>
  outline(await documentOf(docx(body, parts), 'a.docx')).map((line) => line.replace(/^\d+ /, ''));

describe('a Word document of the kind', () => {
  test.each<[string, string[]]>([
    ['comment', ['paragraph "Commented body."', 'paragraph "Comment by A: Comment words"']],
    ['header', ['paragraph "Contract no. 4711 header"', 'paragraph "Body words."']],
    ['math', ['paragraph "The energy is E=mc2 by law."', 'paragraph "a+b=c"']],
    [
      'misc',
      [
        'paragraph "non-break tabbed\\nsecond line soft→"',
        'paragraph "Content control words"',
        'paragraph "Block control words"',
        'paragraph "Field result"',
        'paragraph "Simple field"',
        'paragraph "Seen words"',
        'paragraph "Smart tag wordsCustom xml wordsBdo wordsDir words"',
        'paragraph "☒ Agreed"',
      ],
    ],
    ['notes', ['paragraph "Tide[1] is high."', 'paragraph "[1] Footnote words about tides."']],
    ['numbers', ['item "§ 4 Clause four"', 'item "§ 5 Clause five"']],
    ['strict', ['paragraph "Strict words"']],
    [
      'table',
      [
        'heading (1 Prices) "Prices"',
        'table "Item | Cost\\nPump | 10 | EUR\\n | 12 | USD"',
        'paragraph "Between"',
        'table "Outer A | cell before in1 | in2 cell after"',
      ],
    ],
    ['textbox', ['paragraph "Before box."', 'paragraph "Text box words"', 'paragraph "After box."']],
    ['tracked', ['paragraph "Fee is 250 EUR."', 'paragraph "Moved sentence."']],
    [
      'losses',
      [
        'heading (1 Report) "Report"',
        'paragraph "The area is A=π r² for a circle."',
        'code "def fib(n):\\n    a, b = 0, 1\\n    for _ in range(n):\\n        a, b = b, a + b\\n    return a"',
        'item "- Fruit"',
        'item "  - Apple"',
        'item "  - Pear"',
        'item "- Fish"',
        'table "r0c0 | r0c1 | r0c2\\nr1c0 r2c0 | r1c1 | r1c2\\n | r2c1 | r2c2"',
      ],
    ],
  ])('%s', async (name, blocks) => {
    expect(await readCase(`${name}.docx`)).toEqual(blocks);
  });
});

describe('DOCX', () => {
  test('numbers lists and headings as Word shows them', async () => {
    const level = (number: number, format: string, text: string) =>
      `<w:lvl w:ilvl="${number}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/><w:pPr><w:ind w:left="${360 * (number + 1)}"/></w:pPr></w:lvl>`;
    const numbering = `<w:numbering ${namespaces}><w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '(%2)')}${level(2, 'upperRoman', '%1.%2.%3')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>`;
    const styles = `<w:styles ${namespaces}>${style('H', 'heading 1', `<w:pPr>${list(2, 0)}</w:pPr>`)}</w:styles>`;
    const body = [
      paragraph('One', list(1, 0)),
      paragraph('a', list(1, 1)),
      paragraph('b', list(1, 1)),
      paragraph('I', list(1, 2)),
      paragraph('Two', list(1, 0)),
      paragraph('a again', list(1, 1)),
      paragraph('Seven', '<w:pStyle w:val="H"/>'),
      paragraph('Plain', '<w:pStyle w:val="H"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
    ];
    expect(await read(body.join(''), { 'numbering.xml': numbering, 'styles.xml': styles })).toEqual([
      'item "1. One"',
      'item "  (a) a"',
      'item "  (b) b"',
      'item "    1.b.I I"',
      'item "2. Two"',
      'item "  (a) a again"',
      'heading (1 7. Seven) "7. Seven"',
      'heading (1 Plain) "Plain"',
    ]);
  });

  test('knows headings by style, parent style or outline, whatever their ids', async () => {
    const styles = `<w:styles ${namespaces}>${style('berschrift2', 'heading 2')}${style('My', 'My own', '<w:basedOn w:val="berschrift2"/>')}${style('Toc', 'TOC Heading', '<w:basedOn w:val="berschrift2"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')}</w:styles>`;
    const body = [
      paragraph('By name', '<w:pStyle w:val="berschrift2"/>'),
      paragraph('By parent', '<w:pStyle w:val="My"/>'),
      paragraph('Contents', '<w:pStyle w:val="Toc"/>'),
      paragraph('By outline', '<w:outlineLvl w:val="2"/>'),
    ];
    expect(await read(body.join(''), { 'styles.xml': styles })).toEqual([
      'heading (2 By name) "By name"',
      'heading (2 By parent) "By parent"',
      'paragraph "Contents"',
      'heading (3 By outline) "By outline"',
    ]);
  });

  test('writes formulas in one line', async () => {
    const r = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
    const part = (name: string, content: string) => `<m:${name}>${content}</m:${name}>`;
    const fraction = part('f', part('num', r('a+b')) + part('den', r('2c')));
    const sum = part(
      'nary',
      '<m:naryPr><m:chr m:val="∑"/></m:naryPr>' +
        part('sub', r('i=1')) +
        part('sup', r('n')) +
        part('e', r('i')),
    );
    const root = part('rad', `<m:deg/>${part('e', r('x+1'))}`);
    const power = part('sSup', part('e', r('10')) + part('sup', r('6')));
    const matrix = part(
      'd',
      part(
        'e',
        part(
          'm',
          part('mr', part('e', r('1')) + part('e', r('2'))) +
            part('mr', part('e', r('3')) + part('e', r('4'))),
        ),
      ),
    );
    const formulas = [fraction, sum, root, power, matrix];
    const body = formulas.map((formula) => `<w:p><m:oMath>${formula}</m:oMath></w:p>`).join('');
    expect(await read(body)).toEqual([
      'paragraph "(a+b)/2c"',
      'paragraph "∑_(i=1)^n i"',
      'paragraph "√(x+1)"',
      'paragraph "10^6"',
      'paragraph "(1, 2; 3, 4)"',
    ]);
  });

  test('joins what belongs to one paragraph, and leaves out what was deleted', async () => {
    const body = [
      paragraph('Kept', '<w:rPr><w:del/></w:rPr>'),
      paragraph(' together.'),
      paragraph('O', '<w:framePr w:dropCap="drop"/>'),
      paragraph('nce upon a time'),
      '<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc>' +
        paragraph('a') +
        '</w:tc><w:tc>' +
        paragraph('b') +
        '</w:tc></w:tr></w:tbl>',
    ];
    expect(await read(body.join(''))).toEqual([
      'paragraph "Kept together."',
      'paragraph "Once upon a time"',
      'table "a | b"',
    ]);
  });

  test('has headers and footers once, without page numbers', async () => {
    const field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>3</w:t></w:r></w:fldSimple>';
    const reference = (kind: string, type: string, id: string) =>
      `<w:${kind}Reference w:type="${type}" r:id="${id}"/>`;
    const section = `<w:sectPr>${reference('header', 'default', 'header.1.xml')}${reference('header', 'first', 'header.2.xml')}${reference('footer', 'default', 'footer.xml')}</w:sectPr>`;
    const header = (text: string) => `<w:hdr ${namespaces}>${paragraph(text)}</w:hdr>`;
    const parts = {
      'header.1.xml': header('ACME'),
      'header.2.xml': header('Not shown'),
      'footer.xml': header(`<w:r><w:t>Bank</w:t></w:r>${field}`),
    };
    const body = `${paragraph('One.', section)}${paragraph('Two.')}${section}`;
    expect(await read(body, parts)).toEqual([
      'paragraph "ACME"',
      'paragraph "One."',
      'paragraph "Two."',
      'paragraph "Bank"',
    ]);
  });

  test('reads forms, symbols, drawn letters and spoken words', async () => {
    const mark = (type: string, data = '') =>
      `<w:r><w:fldChar w:fldCharType="${type}">${data}</w:fldChar></w:r>`;
    const box = '<w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData>';
    const choice =
      '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/></w:ddList></w:ffData>';
    const code = (text: string) => `<w:r><w:instrText>${text}</w:instrText></w:r>`;
    const body = [
      paragraph(
        `${mark('begin', box)}${code('FORMCHECKBOX')}${mark('end')}${run(' yes ')}${mark('begin', choice)}${code('FORMDROPDOWN')}${mark('end')}`,
      ),
      paragraph(run('\uf061\uf062', '<w:rFonts w:ascii="Symbol"/>')),
      paragraph(
        '<w:r><w:ruby><w:rt><w:r><w:t>かんじ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:r>',
      ),
      paragraph(
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>',
      ),
      // The end of the field is missing.
      paragraph(`${mark('begin')}${code('REF x')}`),
      paragraph('Still there.'),
    ];
    expect(await read(body.join(''))).toEqual([
      'paragraph "☒ yes blue"',
      'paragraph "αβ"',
      'paragraph "漢字(かんじ)"',
      'paragraph "DRAFT"',
      'paragraph "Still there."',
    ]);
  });

  test('takes a table for layout that only holds other tables, and names the header row of data', async () => {
    const cell = (content: string) => `<w:tc>${content}</w:tc>`;
    const row = (cells: string[], properties = '') => `<w:tr>${properties}${cells.join('')}</w:tr>`;
    const table = (rows: string[]) => `<w:tbl>${rows.join('')}</w:tbl>`;
    const header = '<w:trPr><w:tblHeader/></w:trPr>';
    const data = table([
      row([cell(paragraph('Name')), cell(paragraph('Note'))], header),
      row([cell(paragraph('Bee')), cell(paragraph('small'))]),
    ]);
    const bytes = docx(table([row([cell(paragraph('Left')), cell(data + paragraph(''))])]));
    const document = await documentOf(bytes, 'a.docx');
    expect(outline(document)).toEqual(['1 paragraph "Left"', '3 table "Name | Note\\nBee | small"']);
    expect(document.blocks[1]!.context).toBe('Name | Note');
  });

  test('reads a page of HTML that it imports, and a file whose prefixes and names are its own', async () => {
    const html = { 'aFChunk.html': '<h1>Imported</h1><p>From a page.</p>' };
    expect(await read('<w:altChunk r:id="aFChunk.html"/>', html)).toEqual([
      'heading (1 Imported) "Imported"',
      'paragraph "From a page."',
    ]);
    const bytes = zip({
      'Word\\Document.xml':
        '<x:document xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main"><x:body><x:p><x:r><x:t>Own.</x:t></x:r></x:p></x:body></x:document>',
    });
    expect(outline(await documentOf(bytes, 'a.docx'))).toEqual(['1 paragraph "Own."']);
  });

  test('ends with notes that name themselves, and with lists and styles that do', async () => {
    const note = '<w:r><w:footnoteReference w:id="1"/></w:r>';
    const footnotes = `<w:footnotes ${namespaces}><w:footnote w:id="1">${paragraph(run('Note.') + note)}</w:footnote></w:footnotes>`;
    const styles = `<w:styles ${namespaces}>${style('A', 'a', '<w:basedOn w:val="B"/>')}${style('B', 'b', '<w:basedOn w:val="A"/>')}</w:styles>`;
    const body = paragraph(run('Text') + note, '<w:pStyle w:val="A"/>');
    expect(await read(body, { 'footnotes.xml': footnotes, 'styles.xml': styles })).toEqual([
      'paragraph "Text[1]"',
      'paragraph "[1] Note."',
    ]);
  });

  test('fails where its XML is cut off', async () => {
    const bytes = zip({ 'word/document.xml': `<w:document ${namespaces}><w:body><w:p>` });
    await expect(extract(bytes, 'a.docx')).rejects.toMatchObject({ failure: 'malformed' });
  });
});
