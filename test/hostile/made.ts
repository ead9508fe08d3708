// Documents made for these tests, and the reading stage as it ships: its process runs from `dist`.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import type { WalkEntry } from '../../src/documents/walk/walk.js';
import { noEvents } from '../../src/events.js';
import { RunCounts } from '../../src/ingest/run-counts.js';
import type { Step } from '../../src/ingest/stages/document-steps.js';
import type { ReadOptions } from '../../src/ingest/stages/read-options.js';
import { zip } from '../helpers/zip.js';

type ReadModule = typeof import('../../src/ingest/stages/read.js');
const { read } = (await import(
  new URL('../../dist/ingest/stages/read.js', import.meta.url).href
)) as ReadModule;

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
  const none = {
    previous: undefined,
    removed: new Set<string>(),
    leftOut: new Set<string>(),
    generated: false,
    sameSplitter: false,
    limit: 99,
  };
  const counts = new RunCounts();
  const settings = { ...none, counts, events: noEvents, maxFileSize: 1e9, ...options };
  for await (const group of read(listed(), settings)) steps.push(...group);
  return steps;
}

/** What came of each file: its source, with the code where it failed. */
export function outcome(steps: Step[]): (string | undefined)[] {
  return steps.map((step) => {
    if (step.kind === 'failure') return `${step.failure.source}: ${step.failure.code}`;
    return 'source' in step ? step.source : undefined;
  });
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

/** A page that draws a form that draws another one twice, and so on: 2^levels drawings. */
export function formsPdf(levels: number): Buffer {
  const forms: Buffer[] = [];
  for (let level = 1; level <= levels; level++) {
    const inner = level < levels ? `/Resources<</XObject<</F ${level + 5} 0 R>>>>` : '';
    const form = `/Type/XObject/Subtype/Form/BBox[0 0 9 9]${inner}`;
    forms.push(stream(inner ? '/F Do /F Do' : 'BT /X 9 Tf (x) Tj ET', form));
  }
  return pdf('3 0 R', 1, '/XObject<</F 5 0 R>>', [stream('/F Do'), ...forms]);
}

/** A page whose content unpacks twice, to so many megabytes. */
export function flateInFlatePdf(megabytes: number): Buffer {
  const content = deflateSync(blanks(megabytes));
  return pdf('3 0 R', 1, '', [stream(content, '/Filter[/FlateDecode/FlateDecode]')]);
}

/** So many megabytes of blanks, packed. One is packed, and stands there so often: they are never in memory. */
function blanks(megabytes: number): Buffer {
  const finishFlush = constants.Z_FULL_FLUSH;
  const one = deflateRawSync(Buffer.alloc(1_000_000, ' '), { finishFlush });
  const parts = Array.from({ length: megabytes }, () => one);
  // In front what says that it is packed; at the end an empty block, and the checksum (Adler-32).
  const n = BigInt(megabytes * 1_000_000);
  const sums = [(n + 16n * n * (n + 1n)) % 65_521n, (1n + 32n * n) % 65_521n].map(Number);
  const end = Buffer.from([0x03, 0x00, ...sums.flatMap((sum) => [sum >> 8, sum & 255])]);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...parts, end]);
}

/** One page that is listed so many times. */
export function pagesPdf(count: number): Buffer {
  return pdf('3 0 R '.repeat(count), count, '', [stream('')]);
}

function stream(content: string | Buffer, entries = ''): Buffer {
  const start = `<<${entries}/Length ${content.length}>>stream\n`;
  return Buffer.concat([Buffer.from(start), Buffer.from(content), Buffer.from('\nendstream')]);
}

/** @param objects from the fourth on, which is the content of the page */
function pdf(kids: string, count: number, resources: string, objects: Buffer[]): Buffer {
  const all = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${count}>>`,
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<${resources}>>>>`,
    ...objects,
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  let at = parts[0]!.length;
  const offsets = all.map((object, i) => {
    const part = Buffer.concat([
      Buffer.from(`${i + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ]);
    parts.push(part);
    at += part.length;
    return `${String(at - part.length).padStart(10, '0')} 00000 n \n`;
  });
  const size = all.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  parts.push(Buffer.from(`${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF`));
  return Buffer.concat(parts);
}
