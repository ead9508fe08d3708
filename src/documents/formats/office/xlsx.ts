// XLSX (Excel): each sheet a section, its cells as tables with the numbers, dates and results of formulas that it shows.
import { DocumentError } from '../../../errors.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { OfficePackage } from './package.js';
import { NumberFormats } from './sheets/number-format.js';
import { addSheet, stringText } from './sheets/worksheet.js';
import { attribute, elements, find, textOf, type XmlElement } from './xml.js';

/** Bytes of XML. */
const maxUnpackedBytes = 256 * 1024 * 1024;
/** Rows that are repeated on each printed page, or stand above a filter: `'My sheet'!$1:$2`, `Sheet1!$A$3:$D$9` */
const headerNames = new Set(['_xlnm.Print_Titles', '_xlnm._FilterDatabase']);
const maxHeaderRows = 5;
const rowsOfRange = /\$(\d+)(?::\$(\d+))?/;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OfficePackage(bytes, source, 'a workbook of the kind .xlsx', maxUnpackedBytes);
  const main = office.main('xl/workbook.xml');
  const root = office.xml(main);
  if (root === undefined) throw new DocumentError('malformed', `${source} is not a readable workbook.`);
  const related = (type: string) => office.related(main, type)[0]?.target;
  const is1904 = ['1', 'true'].includes(attribute(find(root, 'workbookPr'), 'date1904') ?? '');
  const strings: string[] = [];
  office.xml(related('sharedStrings'), { si: (element) => strings.push(stringText(element)) });
  const workbook = {
    office,
    strings,
    formats: new NumberFormats(office.xml(related('styles')), is1904),
    people: peopleOf(office.xml(related('person'))),
  };
  const builder = new TextBuilder();
  for (const [i, sheet] of elements(find(root, 'sheets'), 'sheet').entries()) {
    const part = office.target(main, attribute(sheet, 'r:id'));
    if (part !== undefined)
      addSheet(workbook, part, attribute(sheet, 'name') ?? '', headersOf(root, i), builder);
  }
  return one({ source, format: 'xlsx', ...builder.finish() });
}

function peopleOf(list: XmlElement | undefined): Map<string, string> {
  return new Map(
    elements(list).map((one) => [attribute(one, 'id') ?? '', attribute(one, 'displayName') ?? '']),
  );
}

/** Rows that the workbook says to hold names of columns. */
function headersOf(workbook: XmlElement, sheet: number): Set<number> {
  const rows = new Set<number>();
  for (const element of elements(find(workbook, 'definedNames'), 'definedName')) {
    const name = attribute(element, 'name') ?? '';
    if (attribute(element, 'localSheetId') !== String(sheet) || !headerNames.has(name)) continue;
    const range = rowsOfRange.exec(
      textOf(element)
        .replace(/\$[A-Z]+/g, '')
        .replace(/^.*!/s, ''),
    );
    if (range === null) continue;
    const first = Number(range[1]);
    const last = name === '_xlnm.Print_Titles' ? Number(range[2] ?? first) : first;
    for (let row = first; row <= Math.min(last, first + maxHeaderRows); row++) rows.add(row);
  }
  return rows;
}
