// Front matter: the author's data at the top of a Markdown file, as YAML between lines of `---`, TOML between `+++`, or a
// JSON object. It reads simple YAML and TOML, and leaves out what it doesn't understand, as that is metadata, not text.

import { isObject, isPlain } from '../../../text/plain-json.js';
import type { Json } from '../../../types/json.js';
import { lineEnd } from '../lines.js';

/** Max UTF-16 code units; more is a text between two rules, not front matter. */
const maxFrontmatterLength = 65_536;

/** Max levels and values of JSON; more is data. */
const mostJson = { levels: 20, parts: 5000 };

export interface FrontMatter {
  /** Index after the closing line, before its line break. */
  end: number;
  /** Number of its lines. */
  lines: number;
  metadata: { [key: string]: Json };
}

/** The front matter at the start of `text`, if there is one: YAML, TOML or JSON. */
export function frontMatter(text: string): FrontMatter | undefined {
  if (text.startsWith('{')) return jsonFrontMatter(text);
  const fence = text.startsWith('---') ? '---' : text.startsWith('+++') ? '+++' : undefined;
  if (!fence) return undefined;
  const lines: string[] = [];
  let at = lineEnd(text, 0);
  if (text.slice(3, at).trim() !== '') return undefined;
  while (at < text.length && at < maxFrontmatterLength) {
    const start = at + 1;
    at = lineEnd(text, start);
    const line = text.slice(start, at).trimEnd();
    if (line === fence || (line === '...' && fence === '---')) {
      if (fence === '---' && !looksLikeYaml(lines)) return undefined;
      const metadata = fence === '---' ? parseEntries(lines) : tomlEntries(lines);
      return { end: at, lines: lines.length + 2, metadata };
    }
    lines.push(line);
  }
  return undefined;
}

/** Between two rules there may be a text. */
function looksLikeYaml(lines: readonly string[]): boolean {
  const first = lines.find((line) => !line.startsWith('#'));
  return first === undefined
    ? lines.length === 0
    : /^(?:["']?[\w][\w .-]{0,60}["']?\s{0,4}:(?:\s|$)|\{|- )/.test(first);
}

/** An object at the top, as Hugo reads it. */
function jsonFrontMatter(text: string): FrontMatter | undefined {
  const close = /^\}[ \t]*\r?$/m.exec(text.slice(0, maxFrontmatterLength));
  const end = close ? close.index + 1 : text.startsWith('{}') ? 2 : 0;
  if (end === 0 || text.slice(end, lineEnd(text, end)).trim() !== '') return undefined;
  const value = parseJson(text.slice(0, end));
  if (!isObject(value) || !isPlain(value, mostJson)) {
    return undefined;
  }
  return { end, lines: text.slice(0, end).split('\n').length, metadata: value };
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `key = value`, up to the first table: what is in tables is for programs. */
function tomlEntries(lines: readonly string[]): { [key: string]: Json } {
  const entries: [string, Json][] = [];
  for (let i = 0; i < lines.length && !/^\s*\[/.test(lines[i]!); i++) {
    const entry = /^\s*["']?([\w][\w .-]{0,60}?)["']?\s{0,40}=\s*(.*)$/s.exec(lines[i]!);
    if (!entry) continue;
    let value = entry[2]!.trim();
    // A list may take several lines.
    while (value.startsWith('[') && !value.includes(']') && i + 1 < lines.length) value += lines[++i]!.trim();
    value = value.replace(/,\s*\]$/, ']');
    const parsed = value === '' ? undefined : parseValue(value);
    if (parsed !== undefined) entries.push([entry[1]!, parsed]);
  }
  return Object.fromEntries(entries);
}

function parseEntries(lines: string[]): { [key: string]: Json } {
  const entries: [string, Json][] = [];
  for (let i = 0; i < lines.length; i++) {
    const entry = /^["']?([\w][\w .-]{0,60}?)["']?\s{0,4}:(?:\s+(.*))?$/s.exec(lines[i]!);
    if (!entry) continue;
    const value = (entry[2] ?? '').trim();
    if (value !== '') {
      const parsed = parseValue(value);
      if (parsed !== undefined) entries.push([entry[1]!, parsed]);
      continue;
    }
    const items: Json[] = [];
    for (; i + 1 < lines.length; i++) {
      const item = /^\s{0,8}-\s+(.*)$/s.exec(lines[i + 1]!);
      const parsed = item && parseValue(item[1]!.trim());
      if (parsed === undefined || parsed === null) break;
      items.push(parsed);
    }
    if (items.length > 0) entries.push([entry[1]!, items]);
  }
  return Object.fromEntries(entries);
}

/** A scalar or a list in brackets; undefined for what this reader doesn't know (anchors, blocks, maps). */
function parseValue(value: string): Json | undefined {
  const first = value[0];
  if (first === '"' || first === "'") return parseQuoted(value, first);
  if (first === '[') {
    if (!value.endsWith(']') || /[{}"'[]/.test(value.slice(1, -1).replace(/(["'])[^"'[\]{},]*\1/g, ''))) {
      return undefined;
    }
    const items = value.slice(1, -1).split(',');
    return items
      .map((item) => parseValue(item.trim()))
      .filter((item): item is Json => item !== undefined && item !== '');
  }
  if (first !== undefined && '{&*!|>%@`#'.includes(first)) return undefined;
  const plain = value.replace(/(?<!\s)\s+#.*$/s, '');
  if (plain === 'true' || plain === 'false') return plain === 'true';
  if (plain === 'null' || plain === '~') return null;
  // "1.10" stays a text: as a number it would lose its zero.
  return /^-?\d/.test(plain) && String(Number(plain)) === plain ? Number(plain) : plain;
}

function parseQuoted(value: string, quote: string): string | undefined {
  const end = value.lastIndexOf(quote);
  if (end === 0) return undefined;
  const inner = value.slice(1, end);
  return quote === "'" ? inner.replaceAll("''", "'") : inner.replace(/\\(["\\])/g, '$1');
}
