// Paths as they are shown: from the folder in which one stands, so that they can be opened and typed from there.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** A path that lies in the working folder is relative to it; others stay as they are. */
export function shownPath(path: string): string {
  if (!isAbsolute(path)) return path;
  const name = relative(process.cwd(), path);
  if (name === '') return '.';
  return name.startsWith('..') || isAbsolute(name) ? path : `./${name}`;
}

/**
 * A document of an output as it is named from here. Records of standard input have no file, and keep their names.
 * @param source as the output has it: from the folder that holds the output @param out the output's folder
 */
export function sourceFromHere(source: string, out: string): string {
  const base = dirname(resolve(out));
  if (base === process.cwd() || isAbsolute(source)) return source;
  const place = source.indexOf('#');
  const ends = place < 0 ? [source.length] : [source.length, place];
  const end = ends.find((one) => existsSync(resolve(base, source.slice(0, one))));
  if (end === undefined) return source;
  return relative(process.cwd(), resolve(base, source.slice(0, end))) + source.slice(end);
}

/** The contrary: what was typed, as the output has it; anything else stays as it is. */
export function sourceInOutput(typed: string, out: string): string {
  const base = dirname(resolve(out));
  if (base === process.cwd() || isAbsolute(typed)) return typed;
  // A line may follow, and a record's name.
  const file = [typed, typed.replace(/:\d+$/, ''), typed.replace(/#.*$/s, '')].find((one) => existsSync(one));
  if (file === undefined) return typed;
  return relative(base, resolve(file)) + typed.slice(file.length);
}
