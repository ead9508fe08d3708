// PDF files made for these tests: texts at places of pages, in the fonts that every reader has.

export interface Text {
  text: string;
  /** In points from the lower left corner. @default 72 */
  x?: number;
  y: number;
  /** @default 10 */
  size?: number;
  /** @default Helvetica */
  font?: 'Helvetica' | 'Times-Bold' | 'Courier';
  /** Degrees to the left. @default 0 */
  turn?: number;
  /** Points between letters. @default 0 */
  spacing?: number;
}

export interface Bookmark {
  title: string;
  /** Index of a page. */
  page: number;
  children?: Bookmark[];
}

export interface Extras {
  bookmarks?: Bookmark[];
  /** PDF dictionaries of the annotations of the first page. */
  annotations?: string[];
}

const fonts = ['Helvetica', 'Times-Bold', 'Courier'] as const;
const width = 612;
const height = 792;

/** @param pages the texts of each, drawn in this order */
export function madePdf(pages: readonly (readonly Text[])[], extras: Extras = {}): Buffer {
  const objects: string[] = ['', ''];
  const add = (body: string): number => objects.push(body);
  const fontNames = fonts.map((name, i) => {
    const id = add(`<</Type/Font/Subtype/Type1/BaseFont/${name}/Encoding/WinAnsiEncoding>>`);
    return `/F${i} ${id} 0 R`;
  });
  const ids = pages.map((texts, i) => {
    const content = texts.map(drawn).join('\n');
    const stream = add(`<</Length ${Buffer.byteLength(content, 'latin1')}>>stream\n${content}\nendstream`);
    const notes = i === 0 ? (extras.annotations ?? []).map((body) => `${add(body)} 0 R`) : [];
    return add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents ${stream} 0 R` +
        `/Resources<</Font<<${fontNames.join('')}>>>>${notes.length > 0 ? `/Annots[${notes.join(' ')}]` : ''}>>`,
    );
  });
  let outlines = '';
  if (extras.bookmarks) {
    const root = add('');
    const children = addBookmarks(objects, extras.bookmarks, root, ids);
    objects[root - 1] = `<</Type/Outlines${children}>>`;
    outlines = `/Outlines ${root} 0 R`;
  }
  objects[0] = `<</Type/Catalog/Pages 2 0 R${outlines}>>`;
  objects[1] = `<</Type/Pages/Count ${ids.length}/Kids[${ids.map((id) => `${id} 0 R`).join(' ')}]>>`;
  return file(objects);
}

function drawn({ text, x = 72, y, size = 10, font = 'Helvetica', turn = 0, spacing = 0 }: Text): string {
  const cos = Math.cos((turn * Math.PI) / 180).toFixed(4);
  const sin = Math.sin((turn * Math.PI) / 180).toFixed(4);
  const back = (-Number(sin)).toFixed(4);
  const letters = text.replace(/[\\()]/g, '\\$&');
  const at = `${cos} ${sin} ${back} ${cos} ${x} ${y} Tm`;
  return `BT /F${fonts.indexOf(font)} ${size} Tf ${spacing} Tc ${at} (${letters}) Tj ET`;
}

/** @returns entries of their parent */
function addBookmarks(
  objects: string[],
  bookmarks: readonly Bookmark[],
  parent: number,
  ids: number[],
): string {
  const own = bookmarks.map(() => objects.push(''));
  for (const [i, { title, page, children = [] }] of bookmarks.entries()) {
    const below = children.length > 0 ? addBookmarks(objects, children, own[i]!, ids) : '';
    const next = own[i + 1] ? `/Next ${own[i + 1]} 0 R` : '';
    const dest = `/Dest[${ids[page]} 0 R /XYZ 0 ${height} 0]`;
    objects[own[i]! - 1] = `<</Title(${title})/Parent ${parent} 0 R${dest}${next}${below}>>`;
  }
  return `/First ${own[0]} 0 R/Last ${own.at(-1)} 0 R/Count ${own.length}`;
}

function file(objects: readonly string[]): Buffer {
  let text = '%PDF-1.7\n';
  const offsets = objects.map((body, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const trailer = `trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}${trailer}`, 'latin1');
}

/** Lines of a column, `lead` points apart. */
export function column(x: number, y: number, lines: readonly string[], lead = 12): Text[] {
  return lines.map((text, i) => ({ text, x, y: y - i * lead }));
}

/** A font of Chinese, Japanese or Korean letters that isn't in the file. */
export function cidFont(cmap: string, ordering: string): string {
  const system = `/CIDSystemInfo<</Registry(Adobe)/Ordering(${ordering})/Supplement 2>>`;
  const letters = `<</Type/Font/Subtype/CIDFontType0/BaseFont/Mincho${system}/FontDescriptor<</Type/FontDescriptor/FontName/Mincho/Flags 4>>>>`;
  return `<</Type/Font/Subtype/Type0/BaseFont/Mincho/Encoding/${cmap}/DescendantFonts[${letters}]>>`;
}

/** A page of this content and font, which it calls F. */
export function pdfFile(font: string, content: string): Buffer {
  return file([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    font,
  ]);
}
