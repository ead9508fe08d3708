// Documents made for these tests, and the reading stage as it ships: its process runs from `dist`.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { WalkEntry } from '../../src/documents/walk/walk.js';
import { RunCounts } from '../../src/ingest/counts.js';
import type { ReadOptions } from '../../src/ingest/read.js';
import type { Step } from '../../src/ingest/steps.js';

type ReadModule = typeof import('../../src/ingest/read.js');
const { read } = (await import(new URL('../../dist/ingest/read.js', import.meta.url).href)) as ReadModule;

/** All steps of reading these files, from a first run. */
export async function readFiles(
  folder: string,
  sources: readonly string[],
  options: Partial<ReadOptions>,
): Promise<Step[]> {
  async function* listed(): AsyncGenerator<WalkEntry[]> {
    yield sources.map((source) => {
      const path = join(folder, source);
      return { kind: 'file', path: Buffer.from(path), source, size: statSync(path).size, root: '.' };
    });
  }
  const steps: Step[] = [];
  const none = { previous: undefined, removed: new Set<string>(), sameSplitter: false, limit: 99 };
  const settings = { ...none, counts: new RunCounts(), maxFileSize: 1e9, ...options };
  for await (const group of read(listed(), settings)) steps.push(...group);
  return steps;
}

/** A Word document of this body. */
export function docx(body: string): Buffer {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  return zip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="${office}" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  });
}

/** An archive without checksums, which our reader doesn't ask for. */
function zip(parts: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(parts)) {
    const packed = deflateRawSync(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** A page that draws a form that draws another one twice, and so on: 2^levels drawings. */
export function formsPdf(levels: number): Buffer {
  const stream = (text: string, entries = '') =>
    `<<${entries}/Length ${text.length}>>stream\n${text}\nendstream`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>',
    stream('/F Do'),
  ];
  for (let level = 1; level <= levels; level++) {
    const inner = level < levels ? `/Resources<</XObject<</F ${objects.length + 2} 0 R>>>>` : '';
    const form = `/Type/XObject/Subtype/Form/BBox[0 0 9 9]${inner}`;
    objects.push(stream(inner ? '/F Do /F Do' : 'BT /X 9 Tf (x) Tj ET', form));
  }
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const offset = pdf.length;
    pdf += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const count = objects.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${offsets.join('')}`;
  return Buffer.from(`${pdf}${table}trailer\n<</Size ${count}/Root 1 0 R>>\nstartxref\n${pdf.length}\n%%EOF`);
}
