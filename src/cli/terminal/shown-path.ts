// Paths as they are shown: from the folder in which one stands, so that they can be opened and typed from there.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/** A sentence whose paths below the working folder start from there: `/srv/wiki/embeddings` is `./embeddings`. */
export function pathsFromHere(sentence: string): string {
  const here = process.cwd();
  // At the top, nothing would be shorter.
  if (here === dirname(here)) return sentence;
  const start = here.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // Where a word begins: not within an address, nor after another folder.
  return sentence.replace(
    new RegExp(`(?<![\\w/.:@~-])${start}${sep === '/' ? '/' : '\\\\'}(?=[^/\\s])`, 'g'),
    `.${sep}`,
  );
}

/** The file of an origin as {@link pathsFromHere} shows it, without the key in it: `/srv/wiki/.batchrc (exclude)` is `./.batchrc`. */
export function originFromHere(origin: string): string {
  return pathsFromHere(origin.replace(/ \([a-z]+\)$/i, ''));
}

/**
 * A document of an output, or the root of some, as it is named from here. Records of standard input have no file, and keep their names.
 * @param source as the output has it: from the folder that holds the output @param out the output's folder
 */
export function sourceFromHere(source: string, out: string): string {
  const base = dirname(resolve(out));
  if (base === process.cwd() || isAbsolute(source)) return source;
  const place = source.indexOf('#');
  const ends = place < 0 ? [source.length] : [source.length, place];
  const end = ends.find((one) => existsSync(resolve(base, source.slice(0, one))));
  if (end === undefined) return source;
  return (relative(process.cwd(), resolve(base, source.slice(0, end))) || '.') + source.slice(end);
}
