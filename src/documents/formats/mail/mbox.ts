// MBOX: mails one after the other, each a document. A line `From …` begins one.
import type { Document } from '../../../types/document.js';
import { type Extraction, type FormatInput, maxRecords, tooManyRecords } from '../format.js';
import { mailDocument } from './contents.js';
import { readMessage } from './message.js';

const from = Buffer.from('From ');
const lineFeed = 10;
/** Longer ids are replaced by the place of the mail. */
const maxIdLength = 300;

export async function extract(input: FormatInput): Promise<Extraction> {
  const extraction: Extraction = { documents: [], failures: [] };
  const seen = new Set<string>();
  let number = 0;
  let line = 1;
  for (const part of parts(input.bytes)) {
    number++;
    if (number > maxRecords) throw tooManyRecords();
    const source = `${input.source}#${number}`;
    try {
      const message = await readMessage(unescaped(part), source);
      const id = message.id.replace(/^<|>$/g, '').trim();
      const isUsable = id !== '' && id.length <= maxIdLength && !seen.has(id);
      const address = `${input.source}#${isUsable ? id : number}`;
      seen.add(isUsable ? id : String(number));
      const document = await mailDocument(message, 'mbox', { ...input, source: address });
      extraction.documents.push(onLine(document, line));
    } catch {
      extraction.failures.push({ source: `${input.source}#line-${line}`, code: 'malformed' });
    }
    line += linesIn(part);
  }
  return extraction;
}

/** The mails, each with its line `From …`. */
function* parts(bytes: Buffer): Generator<Buffer> {
  let start = bytes.indexOf(from);
  if (start !== 0) start = nextFrom(bytes, 0);
  while (start >= 0 && start < bytes.length) {
    const next = nextFrom(bytes, start + 1);
    const end = next < 0 ? bytes.length : next;
    yield bytes.subarray(start, end);
    start = next;
  }
}

/** Place of the next line `From …` after a blank one; -1 if there is none. */
function nextFrom(bytes: Buffer, at: number): number {
  for (let place = bytes.indexOf(from, at); place >= 0; place = bytes.indexOf(from, place + 1)) {
    if (place === 0) return place;
    if (bytes[place - 1] !== lineFeed) continue;
    const before = bytes[place - 2] === 13 ? place - 3 : place - 2;
    if (bytes[before] === lineFeed || before < 0) return place;
  }
  return -1;
}

/** The mail without its first line, and without the sign that keeps a line of it from looking like one. */
function unescaped(part: Buffer): Buffer {
  const body = part.subarray(part.indexOf(lineFeed) + 1);
  if (!body.includes('>From ')) return body;
  return Buffer.from(body.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
}

/** The line on which a mail begins is the only one that the file has for it. */
function onLine(document: Document, line: number): Document {
  for (const block of document.blocks) block.line = line;
  return document;
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++;
  return count;
}
