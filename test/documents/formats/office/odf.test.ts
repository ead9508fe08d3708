import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { zip } from '../../../helpers/zip.js';
import { documentOf, fixture, outline } from '../../structure.js';

const namespaces = ['office', 'text', 'table', 'style', 'drawing', 'presentation', 'manifest']
  .map((name) => {
    const prefix = name === 'drawing' ? 'draw' : name;
    return `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`;
  })
  .join(' ');
const links = 'xmlns:xlink="http://www.w3.org/1999/xlink"';

const content = (body: string, styles = '') =>
  `<office:document-content ${namespaces} ${links}><office:automatic-styles>${styles}</office:automatic-styles><office:body>${body}</office:body></office:document-content>`;
const text = (body: string, styles = '', parts: Record<string, string> = {}) =>
  zip({ 'content.xml': content(`<office:text>${body}</office:text>`, styles), ...parts });
const read = async (bytes: Buffer, name = 'a.odt') => outline(await documentOf(bytes, name));
const cell = (value: string, attributes = '') =>
  `<table:table-cell ${attributes}><text:p>${value}</text:p></table:table-cell>`;

describe('ODT', () => {
  test('reads headings, lists, tables, code, notes and comments', async () => {
    const document = await documentOf(fixture('bees.odt'), 'bees.odt');
    expect(document.format).toBe('odt');
    expect(outline(document)).toEqual([
      '1 heading (1 Keeping bees) "Keeping bees"',
      '3 heading (1 The hive in spring) "The hive in spring"',
      '5 paragraph "A colony wakes[1] in April. So."',
      '7 item "4. Check the queen."',
      '8 item "  a) Mark her."',
      '9 item "5. Clean the floor."',
      '11 paragraph "[1] When willows flower."',
      '13 paragraph "Comment by Ines: Is it so?"',
      '15 heading (2 Feeding) "Feeding"',
      '17 code "def feed(hive):\\n    hive.sugar += 1"',
      '20 table "month | weight\\nMay | 14 kg\\nJune | same | same"',
    ]);
    expect(document.blocks.at(-1)!.context).toBe('month | weight');
  });

  test('goes on with the numbers of a list that goes on', async () => {
    const styles =
      '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="I" style:num-prefix="§ " style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/></text:list-style>';
    const list = (items: string, attributes = '') =>
      `<text:list text:style-name="L" ${attributes}>${items}</text:list>`;
    const item = (body: string) => `<text:list-item>${body}</text:list-item>`;
    const one = '<text:p>one</text:p>';
    const body = [
      list(item(one) + item(`${one}<text:p>more of it</text:p>${list(item(one))}`), 'xml:id="x"'),
      list(item(one)),
      list(item(one), 'text:continue-list="x"'),
      list(item(one), 'text:continue-numbering="true"'),
      list(`<text:list-item text:start-value="9">${one}</text:list-item>`),
    ];
    expect(await read(text(body.join(''), styles))).toEqual([
      '1 item "§ I. one"',
      '2 item "§ II. one"',
      '4 paragraph "more of it"',
      '6 item "  II.1 one"',
      '7 item "§ I. one"',
      '8 item "§ III. one"',
      '9 item "§ IV. one"',
      '10 item "§ IX. one"',
    ]);
  });

  test('leaves out what was deleted or is hidden, and page numbers, and has headers once', async () => {
    const styles =
      '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>';
    const pages = `<office:document-styles ${namespaces}><office:master-styles><style:master-page><style:header><text:p>ACME<text:page-number>1</text:page-number></text:p></style:header><style:header-left><text:p>ACME</text:p></style:header-left><style:footer><text:p>Bank</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>`;
    const body =
      '<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>Seen<text:change text:change-id="1"/> <text:span text:style-name="H">hidden</text:span>words.</text:p><text:section text:display="none"><text:p>No.</text:p></text:section>';
    expect(await read(text(body, styles, { 'styles.xml': pages }))).toEqual([
      '1 paragraph "ACME"',
      '3 paragraph "Seen words."',
      '5 paragraph "Bank"',
    ]);
  });

  test('reads formulas, charts, text boxes and spoken words', async () => {
    const formula =
      '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></mrow><annotation>E = mc^2</annotation></semantics></math>';
    const chart = `<office:document-content ${namespaces} xmlns:chart="urn:oasis:names:tc:opendocument:xmlns:chart:1.0"><office:body><office:chart><chart:chart><chart:title><text:p>Honey</text:p></chart:title><table:table><table:table-header-rows><table:table-row>${cell('')}${cell('kg')}</table:table-row></table:table-header-rows><table:table-rows><table:table-row>${cell('May')}<table:table-cell><text:p>3</text:p><draw:g>S.A1:S.A2</draw:g></table:table-cell></table:table-row></table:table-rows></table:table></chart:chart></office:chart></office:body></office:document-content>`;
    const frame = (inner: string) => `<draw:frame>${inner}</draw:frame>`;
    const body = `<text:p>By ${frame('<draw:object xlink:href="./Object 1/"/>')} law.</text:p>${frame('<draw:object xlink:href="./Object 2"/>')}<text:p>${frame('<draw:text-box><text:p>Boxed.</text:p></draw:text-box>')}<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby></text:p>`;
    const objects = { 'Object 1/content.xml': formula, 'Object 2/content.xml': chart };
    expect(await read(text(body, '', objects))).toEqual([
      '1 paragraph "By E=mc2 law."',
      '3 paragraph "Honey"',
      '5 table " | kg\\nMay | 3"',
      '8 paragraph "漢字(かんじ)"',
      '10 paragraph "Boxed."',
    ]);
  });

  test('keeps the blanks of code after a line break', async () => {
    const styles =
      '<style:style style:name="C" style:family="paragraph"><style:text-properties style:font-name="Courier New"/></style:style>';
    const code =
      '<text:p text:style-name="C">def f(x):<text:line-break/> <text:s text:c="3"/>return  x</text:p>';
    expect(await read(text(code, styles))).toEqual(['1 code "def f(x):\\n    return x"']);
  });

  test('reads all of it from one XML file', async () => {
    const flat = `<?xml version="1.0"?><office:document ${namespaces}><office:body><office:text><text:h text:outline-level="2">Flat</text:h></office:text></office:body></office:document>`;
    expect(await read(Buffer.from(flat), 'a.fodt')).toEqual(['1 heading (2 Flat) "Flat"']);
  });

  test('names a file that needs a password, and one that is something else', async () => {
    const manifest = `<manifest:manifest ${namespaces}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`;
    const locked = zip({ 'META-INF/manifest.xml': manifest, 'content.xml': 'x' });
    await expect(extract(locked, 'a.odt')).rejects.toMatchObject({ failure: 'encrypted' });
    await expect(extract(zip({ 'a.txt': 'x' }), 'a.odt')).rejects.toMatchObject({ failure: 'malformed' });
  });
});

describe('ODS', () => {
  test('reads sheets, with comments, and no blank cells', async () => {
    const document = await documentOf(fixture('bees.ods'), 'bees.ods');
    expect(outline(document)).toEqual([
      '1 heading (1 Hives) "Hives"',
      '3 paragraph "Weights in 2026"',
      '5 table "hive | kg | note\\nnorth | 14.26 | ok"',
      '8 paragraph "Comment by Ines: Is it so?"',
      '10 heading (1 Notes) "Notes"',
      '12 paragraph "Check the queen.\\nClean the floor."',
    ]);
    expect(document.blocks[2]!.context).toBe('hive | kg | note');
  });

  test('repeats equal cells and rows, but not without end', async () => {
    const row = (cells: string, attributes = '') =>
      `<table:table-row ${attributes}>${cells}</table:table-row>`;
    const sheet = (rows: string) =>
      zip({
        'content.xml': content(
          `<office:spreadsheet><table:table table:name="S">${rows}</table:table></office:spreadsheet>`,
        ),
      });
    const twice = 'table:number-columns-repeated="2"';
    const rows =
      row(cell('a', twice) + cell('b')) +
      row(cell('', 'table:number-columns-repeated="3"'), 'table:number-rows-repeated="9"') +
      row(cell('', twice) + cell('c'), 'table:number-rows-repeated="2"');
    expect(await read(sheet(rows), 'a.ods')).toEqual([
      '1 heading (1 S) "S"',
      '3 table "a | a | b"',
      '5 paragraph "c\\nc"',
    ]);
    const many = 'table:number-rows-repeated="1000000000"';
    const { text } = await documentOf(sheet(row(cell('x'.repeat(1_000_000)), many)), 'a.ods');
    expect(text.length).toBeLessThan(12_000_000);
  });
});

describe('ODP', () => {
  test('reads slides under their titles, with notes', async () => {
    expect(await read(fixture('bees.odp'), 'bees.odp')).toEqual([
      'p1:1 heading (1 The hive in spring) "The hive in spring"',
      'p1:3 paragraph "Check the queen."',
      'p1:5 paragraph "Bring the smoker."',
      'p2:7 item (1 Slide 2) "- Untitled item"',
    ]);
  });
});
