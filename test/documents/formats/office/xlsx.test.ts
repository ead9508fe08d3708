import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { zip } from '../../../helpers/zip.js';
import { documentOf, fixture, outline } from '../../structure.js';

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** A workbook of one sheet with these rows, and styles and names of its own. */
function workbook(rows: string, { styles = '', names = '', date1904 = '0', sheet = 'S' } = {}): Buffer {
  return zip({
    'xl/workbook.xml': `<workbook ${main} ${relations}><workbookPr date1904="${date1904}"/><sheets><sheet name="${sheet}" r:id="s"/></sheets><definedNames>${names}</definedNames></workbook>`,
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="s" Type="x/worksheet" Target="s.xml"/><Relationship Id="y" Type="x/styles" Target="y.xml"/></Relationships>',
    'xl/s.xml': `<worksheet ${main}><sheetData>${rows}</sheetData></worksheet>`,
    'xl/y.xml': `<styleSheet ${main}>${styles}</styleSheet>`,
  });
}

const text = (at: string, value: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
const number = (at: string, value: string, style = 0) => `<c r="${at}" s="${style}"><v>${value}</v></c>`;
const row = (at: number, ...cells: string[]) => `<row r="${at}">${cells.join('')}</row>`;
const read = async (bytes: Buffer) => outline(await documentOf(bytes, 'a.xlsx')).slice(1);

describe('XLSX', () => {
  test('reads sheets with numbers and dates as they are shown, results, text boxes and comments', async () => {
    const document = await documentOf(fixture('bees.xlsx'), 'bees.xlsx');
    expect(document.format).toBe('xlsx');
    expect(outline(document)).toEqual([
      '1 heading (1 Hives) "Hives"',
      '3 paragraph "Weights in 2026"',
      '5 table "hive | weighed | kg | share | sum\\nnorth | 2026-05-03 | 14.26 | 15% | 28.512\\nWiesenstock | 03.06.2026 | 1,234.50 | 20% | 2469"',
      '9 paragraph "Comment by Ines: Is it so?"',
      '11 heading (1 Notes) "Notes"',
      '13 paragraph "Check the queen.\\nClean the floor."',
      '16 paragraph "Honey by month"',
      '18 table " | kg\\nnorth | 14.256\\nWiesenstock | 1234.5"',
      '22 paragraph "Bring the smoker."',
    ]);
    expect(document.blocks[2]!.context).toBe('hive | weighed | kg | share | sum');
  });

  test('reads hidden sheets, too, and tables side by side as one, row by row', async () => {
    const sheet = (rows: string) => `<worksheet ${main}><sheetData>${rows}</sheetData></worksheet>`;
    const beside = (at: number) =>
      row(at, text(`A${at}`, `a${at}`), text(`B${at}`, `b${at}`), text(`F${at}`, `x${at}`));
    const workbookOfTwo = zip({
      'xl/workbook.xml': `<workbook ${main} ${relations}><sheets><sheet name="Shown" r:id="s"/><sheet name="Hidden" state="veryHidden" r:id="h"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="s" Type="x/worksheet" Target="s.xml"/><Relationship Id="h" Type="x/worksheet" Target="h.xml"/></Relationships>',
      'xl/s.xml': sheet(beside(1) + beside(2)),
      'xl/h.xml': sheet(row(1, text('A1', 'not shown'))),
    });
    expect(outline(await documentOf(workbookOfTwo, 'a.xlsx'))).toEqual([
      '1 heading (1 Shown) "Shown"',
      '3 table "a1 | b1 | x1\\na2 | b2 | x2"',
      '6 heading (1 Hidden) "Hidden"',
      '8 paragraph "not shown"',
    ]);
  });

  test('shows numbers by their formats, and all digits where a format says nothing', async () => {
    const codes = [
      'General',
      '0.00E+00',
      '[h]:mm',
      '"x"0" kg"',
      '[$€-407] #,##0.00',
      'not [ a format',
      '0'.repeat(300),
    ];
    const styles = `<numFmts>${codes.map((code, i) => `<numFmt numFmtId="${200 + i}" formatCode="${code.replaceAll('"', '&quot;')}"/>`).join('')}</numFmts><cellXfs>${codes.map((_, i) => `<xf numFmtId="${200 + i}"/>`).join('')}</cellXfs>`;
    const values = ['0.30000000000000004', '12345', '1.5', '5', '1234.5', '7', '7'];
    const cells = values.map((value, i) => number(`${'ABCDEFG'[i]}1`, value, i));
    const [shown] = await read(workbook(row(1, ...cells, text('H1', 'end')), { styles }));
    expect(shown).toMatch(/"0\.3 \| 1\.23E\+04 \| 36:00 \| x5 kg \| € 1\.234,50 \| .+ \| 7 \| end"$/);
    const id = row(1, number('A1', '123456789012345678'), number('B1', '1.0E-7'));
    expect(await read(workbook(id))).toEqual(['3 table "123456789012345678 | 1e-7"']);
  });

  test('counts days from 1904 where the workbook does', async () => {
    const styles = '<cellXfs><xf numFmtId="14"/></cellXfs>';
    const day = row(1, number('A1', '0'), text('B1', 'a'));
    expect(await read(workbook(day, { styles, date1904: '1' }))).toEqual(['3 table "1904-01-01 | a"']);
    // How long something took is no day.
    const long = '<cellXfs><xf numFmtId="46"/></cellXfs>';
    const hours = row(1, number('A1', '1.25'), text('B1', 'a'));
    expect(await read(workbook(hours, { styles: long, date1904: '1' }))).toEqual(['3 table "30:00:00 | a"']);
  });

  test('shows a formula where its result is missing, and truth values and errors by name', async () => {
    const cells = [
      '<c r="A1"><f>SUM(B1:B9)</f></c>',
      '<c r="B1" t="b"><v>1</v></c>',
      '<c r="C1" t="e"><v>#DIV/0!</v></c>',
      '<c r="D1" t="str"><f>A1</f><v>so_x000D_</v></c>',
    ];
    expect(await read(workbook(row(1, ...cells)))).toEqual(['3 table "=SUM(B1:B9) | TRUE | #DIV/0! | so"']);
  });

  test('keeps cells in their columns, and a header for the rows after a blank one', async () => {
    const rows = [
      row(1, text('B1', 'A list')),
      row(2, text('B2', 'name'), text('C2', 'note'), text('D2', 'kg')),
      row(3, text('B3', 'x'), number('D3', '1')),
      row(5, text('B5', 'y'), text('C5', 'z'), number('D5', '2')),
    ];
    const document = await documentOf(workbook(rows.join('')), 'a.xlsx');
    expect(outline(document).slice(1)).toEqual([
      '3 paragraph "A list"',
      '5 table "name | note | kg\\nx |  | 1"',
      '8 table "y | z | 2"',
    ]);
    expect(document.blocks.slice(2).map(({ context }) => context)).toEqual([
      'name | note | kg',
      'name | note | kg',
    ]);
  });

  test('takes the rows that are repeated on each page, or are filtered by, as header', async () => {
    const rows = [
      row(1, number('A1', '2025'), number('B1', '2026')),
      row(2, number('A2', '1'), number('B2', '2')),
    ];
    const names =
      '<definedName name="_xlnm.Print_Titles" localSheetId="0">\'My S\'!$A:$A,\'My S\'!$1:$1</definedName>';
    const document = await documentOf(workbook(rows.join(''), { names }), 'a.xlsx');
    expect(document.blocks[1]!.context).toBe('2025 | 2026');
    const without = await documentOf(workbook(rows.join('')), 'a.xlsx');
    expect(without.blocks[1]!.context).toBeUndefined();
  });

  test('reads a sheet of scattered cells in proportion to them', async () => {
    const name = (column: number): string =>
      column < 0 ? '' : name(Math.floor(column / 26) - 1) + String.fromCharCode(65 + (column % 26));
    const rows = Array.from({ length: 16_000 }, (_, i) =>
      row(i + 1, text(`A${i + 1}`, 'a'), text(`${name(i + 1)}${i + 1}`, 'b')),
    );
    const { text: shown } = await documentOf(workbook(rows.join('')), 'a.xlsx');
    expect(shown).toBe(`S\n\n${Array(16_000).fill('a | b').join('\n')}`);
  });

  test('fails where it is no workbook, and where its XML unpacks to more than may be', async () => {
    await expect(extract(zip({ 'a.txt': 'x' }), 'a.xlsx')).rejects.toMatchObject({ failure: 'malformed' });
    const bomb = zip({ 'xl/workbook.xml': Buffer.alloc(300_000_000, ' ') });
    await expect(extract(bomb, 'a.xlsx')).rejects.toMatchObject({ failure: 'too-large' });
  });
});
