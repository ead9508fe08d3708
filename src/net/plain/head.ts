// The status line and the headers of an answer, and what they say of its body and its connection (RFC 9112).
import { odd, PlainHttpError } from './fault.js';

/** Names are in lower case; one that comes more than once has a list of values, as undici gives it. */
export type Headers = { readonly [name: string]: string | string[] | undefined };

/** How the end of a body is told. */
export type BodyEnd = { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'close' };

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const name = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const maxFields = 256;

/** @throws {PlainHttpError} when it isn't one */
export function readStatusLine(line: string): { minor: number; status: number } {
  const [whole, minor, status] = statusLine.exec(line) ?? [];
  if (whole === undefined) {
    if (/^HTTP\/1\.[01] /.test(line)) throw odd('a status that HTTP has not');
    throw new PlainHttpError('HTTP_NOT_SPOKEN', 'something else than HTTP/1.x');
  }
  return { minor: Number(minor), status: Number(status) };
}

/** False when what has come can't begin an answer of HTTP/1.x. A server of another protocol may send no line end. */
export function mayBeginAnswer(begun: string): boolean {
  return 'HTTP/1.'.startsWith(begun.slice(0, 7));
}

/** Collects the fields of one header section. */
export class Fields {
  readonly all: { [name: string]: string | string[] } = Object.create(null);
  #count = 0;

  /** @throws {PlainHttpError} for a line that isn't `name: value`, as one that goes on with the line before it (obs-fold) */
  add(line: string): void {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(colon, 0));
    if (!name.test(key)) throw odd('a header line without a name');
    if (++this.#count > maxFields) {
      throw new PlainHttpError('HTTP_HEADERS_TOO_LARGE', `more than ${maxFields} headers`);
    }
    const lower = key.toLowerCase();
    const value = withoutSpaces(line, colon + 1);
    const before = this.all[lower];
    if (before === undefined) this.all[lower] = value;
    else if (typeof before === 'string') this.all[lower] = [before, value];
    else before.push(value);
  }
}

/**
 * How the body ends. Two statements on its length are refused even if they agree: whoever relays the answer may have
 * followed the other one.
 * @throws {PlainHttpError} when the headers don't say it in exactly one way
 */
export function bodyEndOf(headers: Headers, status: number, minor: number, method: string): BodyEnd {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (length !== undefined && coding !== undefined) throw odd('a length, and chunks');
  if (typeof length === 'object' || (length !== undefined && !/^\d{1,15}$/.test(length))) {
    throw odd('a length that is no number');
  }
  if (coding !== undefined && (typeof coding === 'object' || coding.toLowerCase() !== 'chunked')) {
    throw odd('a transfer coding other than chunked');
  }
  if (coding !== undefined && minor === 0) throw odd('chunks in HTTP/1.0');
  const bytes = Number(length ?? 0);
  if (status === 204 && (bytes > 0 || coding !== undefined)) throw odd('a body where none can be');
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  if (coding !== undefined) return { kind: 'chunked' };
  return length === undefined ? { kind: 'close' } : { kind: 'length', bytes };
}

/** Whether the connection may take another request after this answer. */
export function staysOpen(headers: Headers, minor: number): boolean {
  const said = [headers.connection ?? ''].flat().join(',').toLowerCase();
  const options = said.split(',').map((option) => option.trim());
  return !options.includes('close') && (minor === 1 || options.includes('keep-alive'));
}

/** How long the server keeps an idle connection, in ms; undefined when it doesn't say. */
export function keepAliveOf(headers: Headers): number | undefined {
  const [, seconds] = /(?:^|[\s,])timeout=(\d{1,9})/i.exec([headers['keep-alive']].flat()[0] ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** From `start` on, without spaces and tabs at both ends. */
function withoutSpaces(line: string, start: number): string {
  let from = start;
  let to = line.length;
  while (from < to && isSpace(line.charCodeAt(from))) from++;
  while (to > from && isSpace(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
