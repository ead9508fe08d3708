// PDF files: objects, their table, and the shapes that cost a reader more than their size.
import { deflateSync } from 'node:zlib';
import { packed, zlibOf } from './zip.js';

/** @param objects bodies of the objects 1, 2, …; the first is the catalog */
export function pdf(objects) {
  const parts = [Buffer.from('%PDF-1.4\n')];
  const places = [];
  let at = parts[0].length;
  objects.forEach((body, index) => {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(body),
      Buffer.from('\nendobj\n'),
    ]);
    places.push(at);
    parts.push(part);
    at += part.length;
  });
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines.join('')}`;
  parts.push(
    Buffer.from(`${table}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`),
  );
  return Buffer.concat(parts);
}

const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';

/** One page that draws `content`; further objects begin with number 6. */
export function page(content, { resources = '', filter = '', more = [], kids = '3 0 R', count = 1 } = {}) {
  const bytes = Buffer.from(content);
  return pdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${count}>>`,
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>${resources}>>>>`,
    stream(bytes, filter),
    font,
    ...more,
  ]);
}

export const text = 'BT /F 12 Tf 50 700 Td (Words of a page) Tj ET';

/** Forms that each draw the next one `times`; the last draws text. */
export function forms(levels, times) {
  const more = Array.from({ length: levels }, (_, level) => {
    const last = level === levels - 1;
    const next = last ? '' : `/XObject<</X ${level + 7} 0 R>>`;
    const fields = `/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>${next}>>`;
    return stream(Buffer.from(last ? text : '/X Do '.repeat(times)), fields);
  });
  return page('/X Do', { resources: '/XObject<</X 6 0 R>>', more });
}

/** Words all over a page, as in columns or a table without end, in any order. */
export function lattice(random, count) {
  const words = Array.from({ length: count }, () => {
    const at = `${random.int(0, 600)} ${random.int(0, 780)}`;
    return `BT /F ${random.pick([1, 9, 20])} Tf ${at} Td (${random.pick(['word-', 'a b c d', '12', 'A line of words'])}) Tj ET`;
  });
  return page(words.join('\n'));
}

export function manyPages(count) {
  return page(text, { kids: '3 0 R '.repeat(count), count });
}

/** A content that unpacks twice, to so many megabytes. */
export function flateInFlate(megabytes) {
  const inner = zlibOf(packed(`${text} `, ' ', megabytes, text).bytes);
  return page(deflateSync(inner), { filter: '/Filter[/FlateDecode/FlateDecode]' });
}

/** A content of very many operators, packed once. */
export function manyOperators(megabytes, operators) {
  return page(zlibOf(packed(`${text} `, operators, megabytes, text).bytes), {
    filter: '/Filter/FlateDecode',
  });
}

function stream(bytes, fields) {
  return Buffer.concat([
    Buffer.from(`<</Length ${bytes.length}${fields}>>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ]);
}
