// src/documents/generated: tells files that a program made from others, by their content: minified and bundled code, source
// maps, search indexes, keys and certificates, the output of code generators. Nobody wrote or reads their text.
//
// In: a name and bytes. Out: whether it is generated. Names that tell it alone are in walk/rules/generated-names.ts.
// What must hold: a text that a person wrote is not taken for one of these; time is proportional to the size, and no more
// than a look at the start for most files.
import { hasGeneratorMark } from './generator-marks.js';
import { isKeyMaterial, mayBeKeyMaterial } from './keys.js';
import { isLock } from './locks.js';
import { isBundle, isMinified, isSearchIndex } from './scripts.js';
import { isHashList } from './sums.js';

/** Version of these rules. When it rises, files that were judged before are judged again: raise it with each change of a rule. */
export const generatedRules = 3;

/** Bytes at the start of a file in which marks are looked for. */
const startBytes = 4096;

const scripts = /\.(?:[cm]?js|css)$/;
const markup =
  /\.(?:md|markdown|mdx|html?|xhtml|rst|adoc|asciidoc|org|tex|csv|tsv|jsonl|ndjson|ipynb|pdf|docx|xml|svg)$/;

export function isGenerated(source: string, bytes: Buffer): boolean {
  const name = source.slice(source.lastIndexOf('/') + 1).toLowerCase();
  // Pages that a program made are documents: someone reads them.
  if (markup.test(name)) return false;
  const start = bytes.toString('latin1', 0, startBytes);
  if (scripts.test(name)) {
    return (
      isSearchIndex(name, start) ||
      isBundle(start, bytes) ||
      hasGeneratorMark(name, start) ||
      isMinified(bytes)
    );
  }
  if (isSourceMap(name, start) || isSearchList(name, start) || isLock(name, start)) return true;
  if (mayBeKeyMaterial(start)) return isKeyMaterial(name, bytes);
  return isHashList(start, bytes) || hasGeneratorMark(name, start);
}

function isSourceMap(name: string, start: string): boolean {
  if (!name.endsWith('.map') && !name.endsWith('.json')) return false;
  const [opening] =
    /^(?:\)\]\}'[^\n]*\n)?\s*\{\s*"(?:version|mappings|names|sources|sections|file)"\s*:/.exec(start) ?? [];
  if (opening === undefined || !/"(?:sources|sections|mappings|file)"\s*:/.test(start)) return false;
  // The version comes first, or behind mappings that may be long; then the ending of the name tells.
  return /"version"\s*:\s*3\b/.test(start) || (name.endsWith('.map') && opening.includes('mappings'));
}

/** The search index of Quarto, pkgdown or Dokka. */
function isSearchList(name: string, start: string): boolean {
  if (name === 'pages.json')
    return /^\s*\[\s*\{\s*"name"\s*:[^{}]{0,2000}"location"\s*:[^{}]{0,2000}"searchKeys"\s*:/.test(start);
  if (name !== 'search.json') return false;
  return /^\s*\[\s*\{\s*"(?:objectID"[^{}]*"href"|path"[^{}]*"previous_headings")/.test(start);
}
