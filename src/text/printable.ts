// src/text: pure functions on text: white space, order, hashes, sizes, and JSON and text from outside.
//
// In and out: text. foreign-json.ts, json-shape.ts and plain-json.ts check JSON of others; plural.ts, sizes.ts and
// durations.ts format values for messages; this file makes foreign text safe to print. Text of files, servers, caches
// and settings could control a terminal, look like our own lines, or change the direction of the text after it.
// What must hold: time and memory grow only linearly with the text, as it may come from an attacker; nothing reads
// files, asks the environment or imports another folder.
// Look first at this file for anything printed, and at whitespace.ts for what separates words.

declare const made: unique symbol;

/** A text that is safe to print; only this file makes one. */
export type Printable = string & { readonly [made]: true };

/** Max characters of one foreign text; more is cut. */
const maxForeignLength = 500;

// C0, DEL and C1; marks and overrides of direction; line separators; other invisible characters.
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu;

/**
 * Foreign text as one line, escaped as in JSON.
 * @param most max characters; more is cut and shown as …
 */
export function printable(text: string, most: number = maxForeignLength): Printable {
  const shown = text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return shown.replace(unprintable, escaped) as Printable;
}

/** A template of our own words, in which foreign text must have been made printable. */
export function say(parts: TemplateStringsArray, ...values: readonly (Printable | number)[]): Printable {
  return String.raw({ raw: parts }, ...values) as Printable;
}

export function joined(parts: readonly Printable[], separator: Printable = say``): Printable {
  return parts.join(separator) as Printable;
}

/** Its lines, without what ends them. */
export function linesOf(text: Printable): Printable[] {
  return text.split('\n') as Printable[];
}

/** A part of it, as with `slice`. */
export function part(text: Printable, start: number, end?: number): Printable {
  return text.slice(start, end) as Printable;
}

/** The text in a style, such as a colour; escapes of a style are ours. */
export function styled(style: (text: string) => string, text: Printable): Printable {
  return style(text) as Printable;
}

/**
 * The text as a link (OSC 8), for terminals that can.
 * @param url percent-encoded; with any other character in it, the text stays as it is
 */
export function linked(text: Printable, url: string): Printable {
  if (!/^[!-~]{1,2000}$/.test(url)) return text;
  return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` as Printable;
}

/** JSON for standard output. Its strings are whole, without characters that control a terminal. */
export function printableJson(value: unknown, indent?: number): Printable {
  // Characters that JSON doesn't escape occur in strings only; the line breaks between values stay.
  return JSON.stringify(value, null, indent).replace(unprintable, (one) =>
    one === '\n' ? one : escaped(one),
  ) as Printable;
}

function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
