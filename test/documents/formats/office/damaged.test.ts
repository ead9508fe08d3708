// Damaged and costly office documents: each ends in text or in a coded failure, in time that fits its size.
import { expect, test } from 'vitest';
import fc from '../../../helpers/properties.js';
import { zip } from '../../../helpers/zip.js';
import { fixture, outcome } from '../../structure.js';

const endings = ['docx', 'pptx', 'xlsx', 'odt', 'ods', 'odp', 'epub'] as const;
const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
const odf = ['office', 'text', 'table']
  .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join(' ');

/** The main part of each format, around a content. */
const around: Record<(typeof endings)[number], (content: string) => Buffer> = {
  docx: (content) =>
    zip({ 'word/document.xml': `<w:document ${w}><w:body>${content}</w:body></w:document>` }),
  pptx: (content) =>
    zip({
      'ppt/slides/slide1.xml': `<p:sld ${p} ${a}><p:cSld><p:spTree>${content}</p:spTree></p:cSld></p:sld>`,
    }),
  xlsx: (content) =>
    zip({
      'xl/workbook.xml':
        '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" r:id="s"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="s" Type="x/worksheet" Target="s.xml"/></Relationships>',
      'xl/s.xml': `<worksheet><sheetData>${content}</sheetData></worksheet>`,
    }),
  odt: (content) =>
    zip({
      'content.xml': `<office:c ${odf}><office:body><office:text>${content}</office:text></office:body></office:c>`,
    }),
  ods: (content) =>
    zip({
      'content.xml': `<office:c ${odf}><table:table table:name="S">${content}</table:table></office:c>`,
    }),
  odp: (content) =>
    zip({
      'content.xml': `<office:c ${odf} xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><draw:page>${content}</draw:page></office:c>`,
    }),
  epub: (content) =>
    zip({
      'META-INF/container.xml': '<container><rootfile full-path="b.opf"/></container>',
      'b.opf':
        '<package><manifest><item id="a" href="a.html"/></manifest><spine><itemref idref="a"/></spine></package>',
      'a.html': `<html><body>${content}</body></html>`,
    }),
};

/** What nests in each format, and one paragraph or row of a text. */
const nested = {
  docx: 'w:tbl><w:tr><w:tc',
  pptx: 'p:grpSp',
  xlsx: 'row',
  odt: 'text:list><text:list-item',
  ods: 'table:table-row-group',
  odp: 'draw:g',
  epub: 'div',
};
const wide: Record<(typeof endings)[number], (text: string) => string> = {
  docx: (text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`,
  pptx: (text) => `<p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`,
  xlsx: (text) => `<row><c t="str"><v>${text}</v></c></row>`,
  odt: (text) => `<text:p>${text}</text:p>`,
  ods: (text) =>
    `<table:table-row><table:table-cell><text:p>${text}</text:p></table:table-cell></table:table-row>`,
  odp: (text) => `<draw:frame><text:p>${text}</text:p></draw:frame>`,
  epub: (text) => `<p>${text}</p>`,
};

test.each(endings)('a damaged %s ends in text or a code', async (ending) => {
  const whole = fixture(`bees.${ending}`);
  const place = fc.nat(whole.length - 1);
  const damage = fc.oneof(
    place.map((at) => whole.subarray(0, at)),
    fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 20 }).map((flips) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of flips) bytes[at] = byte;
      return bytes;
    }),
    fc.tuple(place, place).map(([from, to]) => Buffer.concat([whole.subarray(0, to), whole.subarray(from)])),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (bytes) => {
      expect(typeof (await outcome(bytes, `a.${ending}`))).toBe('string');
    }),
    { numRuns: 40 },
  );
});

test.each(endings)('damaged XML within a %s ends in text or a code', async (ending) => {
  const content = wide[ending]('Some words').repeat(3);
  const piece = fc.constantFrom(
    '<',
    '>',
    '&',
    '"',
    '</',
    '/>',
    '<!--',
    '<![CDATA[',
    '<?',
    '&#0;',
    '&#x110000;',
    '\0',
    'w:',
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(content.length), fc.nat(9), piece, async (at, cut, inserted) => {
      const damaged = content.slice(0, at) + inserted + content.slice(at + cut);
      expect(typeof (await outcome(around[ending](damaged), `a.${ending}`))).toBe('string');
    }),
    { numRuns: 40 },
  );
});

test.each(endings)('a %s that nests without end ends in text or a code', async (ending) => {
  const open = `<${nested[ending]}>`.repeat(100_000);
  const close = nested[ending]
    .split('><')
    .reverse()
    .map((name) => `</${name}>`)
    .join('')
    .repeat(100_000);
  const result = await outcome(around[ending](open + wide[ending]('deep') + close), `a.${ending}`);
  expect(result).toBe(ending === 'epub' ? 'deep' : 'malformed');
});

test.each(endings)('a %s of many paragraphs, and one of a long line, are read whole', async (ending) => {
  const many = await outcome(around[ending](wide[ending]('word').repeat(5_000)), `a.${ending}`);
  expect(many.match(/word/g)).toHaveLength(5_000);
  const long = await outcome(around[ending](wide[ending]('word '.repeat(100_000))), `a.${ending}`);
  expect(long.match(/word/g)).toHaveLength(100_000);
});

test.each(['docx', 'odt', 'epub'] as const)(
  'a %s that unpacks to more than may be fails as too large',
  async (ending) => {
    const bomb = around[ending](wide[ending](' '.repeat(70_000_000)));
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await outcome(bomb, `a.${ending}`)).toBe('too-large');
  },
);
