// src/documents/walk/sources: the names of documents in an output ("sources").
//
// File names are bytes. So paths are "raw" strings here (one character per byte), which sort by bytes and lose nothing.
// Invalid UTF-8 is written `%XX`. find-file.ts goes back from a source to its file; unique-names.ts chooses one name for
// a file with several.
import { isUtf8 } from 'node:buffer';

/** The bytes of a path, one character (U+0000–U+00FF) each. */
export type RawPath = string;

const beyondAscii = /[^\0-\x7f]/;

/** The bytes of a path, as `fs` and the system use them. */
export function rawOf(path: Buffer | string): RawPath {
  if (typeof path !== 'string') return path.toString('latin1');
  return beyondAscii.test(path) ? Buffer.from(path).toString('latin1') : path;
}

/** A folder's raw path: that of the file system's root is ''. */
export function rawFolder(path: string): RawPath {
  return path === '/' ? '' : rawOf(path);
}

/** A raw path in a form for `fs`; the empty one is the file system's root. */
export function fsPath(raw: RawPath): Buffer | string {
  if (raw === '') return '/';
  return beyondAscii.test(raw) ? Buffer.from(raw, 'latin1') : raw;
}

/** Raw bytes as valid UTF-8 (still raw): invalid bytes are written `%XX`. */
export function escapeInvalid(raw: RawPath): RawPath {
  if (!beyondAscii.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'latin1');
  if (isUtf8(bytes)) return raw;
  let escaped = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    escaped +=
      length > 0 ? raw.slice(at, at + length) : `%${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}`;
    at += length || 1;
  }
  return escaped;
}

/** Raw bytes as the text to show: UTF-8, with `%XX` for what isn't. */
export function textOf(raw: RawPath): string {
  if (!beyondAscii.test(raw)) return raw;
  return Buffer.from(escapeInvalid(raw), 'latin1').toString('utf8');
}

/** The rest of `path` below `folder`, or undefined when it isn't below; '' for the folder itself. */
export function below(path: RawPath, folder: RawPath): RawPath | undefined {
  if (path === folder) return '';
  const prefix = folder === '' || folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** The source of a raw absolute path, still raw: what documents are sorted by. */
export function rawSourceOf(path: RawPath, base: RawPath): RawPath {
  const rest = below(path, base);
  if (rest === undefined) return escapeInvalid(path === '' ? '/' : path);
  return rest === '' ? '.' : escapeInvalid(rest);
}

/**
 * The source of a file or folder: its POSIX path relative to `base` (the output's parent folder) when it
 * lies inside, else absolute; bytes that are not UTF-8 are written `%XX`. `base` itself is `.`.
 * @param absolutePath normalised: no `.`, no `..`, no slash at the end
 * @param base likewise
 */
export function sourceOf(absolutePath: Buffer | string, base: string): string {
  return textOf(rawSourceOf(rawOf(absolutePath), rawOf(base)));
}

/** The source of a failure: folders are named without their slash. */
export function failureSource(key: RawPath): string {
  return textOf(key === '' ? '.' : key.length > 1 && key.endsWith('/') ? key.slice(0, -1) : key);
}

/** True when the document `source` is the root with this label, or is below it. */
export function isUnderRoot(source: string, label: string, base: string): boolean {
  if (source === label) return true;
  return below(absoluteName(source, base), absoluteName(label, base)) !== undefined;
}

/** A source, or the label of a root, as an absolute path; invalid bytes stay written `%XX`. */
export function absoluteName(source: string, base: string): string {
  if (source === '.') return base;
  return source.startsWith('/') ? source : `${base === '/' ? '' : base}/${source}`;
}

/** Bytes of the UTF-8 character at `at`; 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
