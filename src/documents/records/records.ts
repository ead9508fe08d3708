// src/documents/records: objects of JSON, JSON Lines and CSV → documents.
//
// A record has an id, a text, and metadata. Its source is `file#id`, or `file#line` without an id. Here an object becomes
// a document; the other files find the objects in each format.

import { isObject } from '../../text/plain-json.js';
import type { Block, Document } from '../../types/document.js';
import type { Failure } from '../../types/failure.js';
import type { Json } from '../../types/json.js';
import { paragraphs } from '../blocks/paragraphs.js';
import { cleanTitle } from '../blocks/titles.js';

export type JsonObject = { [key: string]: Json };

const idFields = ['id', '_id', 'doc_id', 'uuid'];
const textFields = [
  'text',
  'content',
  'contents',
  'body',
  'page_content',
  'pageContent',
  'passage',
  'document',
];
const titleFields = ['title', 'headline', 'subject'];

/** Max levels of metadata: deeper data would break programs that read the output. */
const maxDepth = 100;
/** Max characters of an id: each row repeats it. */
const maxIdLength = 4096;
/**
 * Each row of a record repeats its metadata. Up to this many characters are always allowed (a front matter may have as
 * many). With more, all rows together may have so many characters of metadata, if a row has some hundred of text.
 */
const alwaysRepeated = 65_536;
const maxRepeated = 32_000_000;
const rowBytes = 512;
/** Max characters of a record's metadata in any case: programs that read the output must hold a row. */
const maxMetadataLength = 8_000_000;
/** Longer fields of a record without a text field are only in its text, not in its metadata as well. */
const maxFacetLength = 256;
const loneSurrogate = /\p{Surrogate}/gu;

/** Reads the records of one file or stream, whose sources are `source#id`. */
export class RecordReader {
  readonly #source: string;
  readonly #format: string;
  /** How often each source was given. */
  readonly #seen = new Map<string, number>();

  /** @param source address of the file; with an empty one the ids are the sources */
  constructor(source: string, format: string) {
    this.#source = source;
    this.#format = format;
  }

  /**
   * @param line 1-based line of the file on which the record starts
   * @param number the id of a record without one
   * @returns the document, whose source has a suffix when its id was there before (`#a`, `#a-2`); or a failure:
   * `malformed`, or `too-large` for a record that would make an
   * output of many times its size
   */
  read(value: Json, line: number, number: number): Document | Failure {
    if (!isObject(value) || isDeep(value, maxDepth)) return this.failure('malformed', line);
    const idField = idFields.find((field) => isId(value[field]));
    const id = idField ? idOf(value[idField]!) : String(number);
    if (id.length > maxIdLength) return this.failure('too-large', line);
    const source = this.#unique(this.#address(id));
    const textField =
      textFields.find((field) => isText(value[field])) ??
      textFields.find((field) => typeof value[field] === 'string');
    const fields = Object.entries(value).filter(([key]) => key !== idField);
    const { text, blocks, metadata } = textField
      ? textRecord(value, fields, textField, line)
      : fieldRecord(fields, line);
    const document: Document = { source, format: this.#format, text, blocks };
    const own = isObject(value.metadata) ? { ...metadata, ...value.metadata } : metadata;
    if (repeatsMuch(text, own)) return this.failure('too-large', line);
    if (Object.keys(own).length > 0) document.metadata = own;
    return document;
  }

  failure(code: Failure['code'], line: number): Failure {
    return { source: this.#address(`line-${line}`), code };
  }

  #unique(source: string): string {
    let count = (this.#seen.get(source) ?? 0) + 1;
    let unique = count === 1 ? source : `${source}-${count}`;
    while (count > 1 && this.#seen.has(unique)) unique = `${source}-${++count}`;
    this.#seen.set(source, count);
    if (unique !== source) this.#seen.set(unique, 1);
    return unique;
  }

  #address(id: string): string {
    return this.#source === '' ? id : `${this.#source}#${id}`;
  }
}

function repeatsMuch(text: string, metadata: JsonObject): boolean {
  const rows = Math.ceil(text.length / rowBytes);
  if (lengthOf(metadata) > maxMetadataLength) return true;
  if (rows < 2) return false;
  const repeated = JSON.stringify(metadata).length;
  return repeated > alwaysRepeated && repeated * rows > maxRepeated;
}

/** Approximate number of characters, found with little work: most records are small. */
function lengthOf(metadata: JsonObject): number {
  let length = 0;
  for (const [key, value] of Object.entries(metadata)) {
    length += key.length;
    if (typeof value === 'string') length += value.length;
    else if (typeof value === 'object' && value !== null) length += JSON.stringify(value).length;
  }
  return length;
}

interface Content {
  text: string;
  blocks: Block[];
  metadata: JsonObject;
}

/** A record with a text field: its text is that field under its title; the other fields are metadata. */
function textRecord(value: JsonObject, fields: [string, Json][], textField: string, line: number): Content {
  const titleField = titleFields.find((field) => isText(value[field]));
  const title = titleField ? String(value[titleField]).trim() : '';
  const body = String(value[textField]);
  const used = [textField, 'metadata'];
  const metadata = Object.fromEntries(
    fields.filter(([key, field]) => !used.includes(key) || (key === 'metadata' && !isObject(field))),
  );
  const blocks: Block[] = [];
  if (title !== '') {
    const heading = { start: 0, end: title.length, line, level: 1, title: cleanTitle(title) };
    blocks.push({ kind: 'heading', ...heading });
  }
  const start = title === '' ? 0 : title.length + 2;
  const text = wellFormed(title === '' ? body : `${title}\n\n${body}`);
  // The record's line is the only one that the file has for it.
  for (const block of paragraphs(text, start)) blocks.push({ ...block, line });
  return { text, blocks, metadata };
}

/** Any other record: a line `key: value` for each field that isn't empty. */
function fieldRecord(fields: [string, Json][], line: number): Content {
  const blocks: Block[] = [];
  const facets: [string, Json][] = [];
  let text = '';
  for (const [key, value] of fields) {
    if (key === 'metadata' && isObject(value)) continue;
    const isShort =
      typeof value !== 'object' && !(typeof value === 'string' && value.length > maxFacetLength);
    if (isShort && value !== '') facets.push([key, value]);
    const shown = (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)).trim();
    if (shown === '') continue;
    if (text !== '') text += '\n';
    const start = text.length;
    text += `${key.trim()}: ${shown}`.trimStart();
    blocks.push({ kind: 'record', start, end: text.length, line });
  }
  return { text: wellFormed(text), blocks, metadata: Object.fromEntries(facets) };
}

function isId(value: Json | undefined): boolean {
  return isText(value) || typeof value === 'number' || isText(objectId(value));
}

function idOf(value: Json): string {
  return String(objectId(value) ?? value).trim();
}

/** The id that MongoDB exports as `{"$oid": "507f…"}`. */
function objectId(value: Json | undefined): Json | undefined {
  return isObject(value) ? value.$oid : undefined;
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

/** JSON can hold halves of characters, which no UTF-8 file can. Keeps the length. */
function wellFormed(text: string): string {
  return text.replace(loneSurrogate, '\ufffd');
}

function isDeep(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1));
}
