// Scripts and style sheets that nobody wrote in this form: minified, bundled, or the search index of a documentation.

/** What search indexes and menus of documentation generators begin with. */
const indexStarts = [
  // Sphinx
  /^Search\.setIndex\(/,
  // Doxygen
  /^var (?:searchData|indexSectionsWithContent|NAVTREE|NAVTREEINDEX\d*|menudata) ?=/,
  /^var \w+ ?=\s*\[\s*\[ ?"[^"\n]*", ?(?:"[^"\n]*\.html|null)/,
  // Javadoc
  /^(?:member|type|package|module|tag)SearchIndex ?= ?\[/,
  // rustdoc
  /^(?:searchState\.loadedDescShard\(|var (?:searchIndex|sourcesIndex|srcIndex) ?=|createSrcSidebar\(|window\.(?:ALL_CRATES|SIDEBAR_ITEMS|INITIAL_CRATES) ?=)/,
  /^\(function\(\) ?\{\s*(?:var|const) (?:type_impls|implementors) ?=/,
  // TypeDoc, Documenter.jl, ExDoc
  /^window\.(?:searchData|navigationData|hierarchyData) ?=/,
  /^var documenterSearchIndex ?=/,
  /^(?:searchData|sidebarNodes) ?= ?\{/,
  // pdoc, Antora, phpDocumentor
  /^window\.pdocSearch ?=/,
  /^antoraSearch\.initSearch\(/,
  /^Search\.appendIndex\(/,
];

/** Names that search indexes and menus have, and also the modules of people that make or ask one. */
const indexNames =
  /^(?:search[-_]?index|search[-_]?data|sidebar-items|navtreedata|menudata)(?:[-_.][\w.-]+)?\.js$/;
/** A literal that is assigned or handed to a function: data, no code. */
const dataStart =
  /^(?:(?:var|let|const) )?[\w$.]+ ?(?:=|\()\s*(?!require\b)(?:[\w$.]+ ?(?:=|\()\s*)?(?:[\w$.]+, ?)?(?:new Map\()?(?:JSON\.parse\()?["'[{]/;

/** Comments that webpack and Parcel write. */
const bundleComments = [
  /(?:^\/\*{6}\/.*\n){3}|^\/\*{6}\/.*\bwebpackBootstrap$/m,
  /^\s*\/\/ modules are defined as an array\n/,
];

/** What bundlers begin with, after comments. */
const bundleStarts = [
  // webpack
  /^(?:"use strict";\s*)?\(?\(?(?:self|window|this|globalThis|global)(?:\.|\[")webpack(?:Chunk|Jsonp)/,
  /^[!(]?\(?function webpackUniversalModuleDefinition\(/,
  // browserify
  /^(?:require=)?\(function\(\)\{function [a-z]\([a-z],[a-z],[a-z]\)\{function [a-z]\(/,
  /^(?:require=)?\(function [a-z]\([a-z],[a-z],[a-z]\)\{function [a-z]\(/,
  /^\(function\(f\)\{if\(typeof exports===/,
  // Parcel
  /^(?:\(function \(\) \{\s*|\(?(?:self|window|global|this)?)[^\n]{0,80}\bparcelRequire/,
  // Rollup
  /^\(function \(global, factory\) \{\s*typeof exports === 'object' && typeof module !== 'undefined' \?/m,
  // SystemJS
  /^System\.register\(\[/,
  // Turbopack, Parcel 2, Metro
  /^\(globalThis(?:\.|\[")TURBOPACK/,
  /^(?:var|const) \$parcel\$/,
  /^var __BUNDLE_START_TIME__ ?=/,
  // Elm, dart2js
  /^\(function\(scope\) ?\{\s*'use strict';\s*function F\(arity, /,
  /^\(function dartProgram\(\) ?\{/,
];

/** @param name of the file, in lower case */
export function isSearchIndex(name: string, start: string): boolean {
  const code = withoutTopComments(start);
  return indexStarts.some((mark) => mark.test(code)) || (indexNames.test(name) && dataStart.test(code));
}

export function isBundle(start: string, bytes: Buffer): boolean {
  const code = withoutTopComments(start);
  if (bundleComments.some((mark) => mark.test(start)) || bundleStarts.some((mark) => mark.test(code)))
    return true;
  return joinMarks.test(start) && joinsFiles(bytes.toString('latin1', 0, sampleBytes));
}

/** Helpers of esbuild, and the region of Rolldown. They stand also in files that were only translated, one by one. */
const joinMarks =
  /^(?:var|let|const) __(?:create|defProp) = Object\.(?:create|defineProperty);$|^\/\/#region (?:[\w@.-]+\/)+[\w@.-]+$/m;

/** Whether comments name two files or more whose code follows. */
function joinsFiles(code: string): boolean {
  const named = code.matchAll(/^\/\/(?:#region)? (?!\S{300})(?:[\w@.+-]+\/)*[\w@.+-]+\.[cm]?[jt]sx?$/gm);
  return !named.next().done && !named.next().done;
}

/** Bytes of code, without its comment at the top: less is too short to tell. */
const leastBytes = 1000;
/** Bytes at the start that are looked at. */
const sampleBytes = 512 * 1024;
/** Characters of a line that nobody writes. */
const longLine = 300;
/** The least share of the code in such lines. */
const minLongShare = 0.8;
/** The highest share of white space: code that people write has more than twice as much, prose one in six. */
const maxWhiteShare = 0.12;

/** The highest share of bytes that aren't ASCII: Chinese has no white space, and minified code is mostly ASCII. */
const maxForeignShare = 0.6;

/** By long lines without much white space, or by a source map that the last lines hold or name. */
export function isMinified(bytes: Buffer): boolean {
  if (namesMap(bytes)) return true;
  const code = withoutData(withoutTopComments(bytes.toString('latin1', 0, sampleBytes)));
  if (code.length < leastBytes) return false;
  let long = 0;
  let white = 0;
  let foreign = 0;
  for (let at = 0; at < code.length; ) {
    const stop = code.indexOf('\n', at);
    const end = stop < 0 ? code.length : stop;
    if (end - at > longLine) {
      long += end - at;
      for (let place = at; place < end; place++) {
        const char = code.charCodeAt(place);
        if (char <= 32) white++;
        else if (char > 127) foreign++;
      }
    }
    at = end + 1;
  }
  return (
    long > code.length * minLongShare && white < long * maxWhiteShare && foreign < long * maxForeignShare
  );
}

/** Bytes at the end in which a source map is named. */
const endBytes = 2048;

/** A compiler writes this, from a file that people write. Linguist, which tells languages for GitHub, takes it for a mark as well. */
function namesMap(bytes: Buffer): boolean {
  if (bytes.includes('# sourceMappingURL=data:application/json', 0, 'latin1')) return true;
  const end = bytes.toString('latin1', Math.max(0, bytes.length - endBytes)).trimEnd();
  return /\n\/[/*][#@] ?sourceMappingURL=[^\s'"`]{1,1000}(?: ?\*\/)?$/.test(end);
}

/** Licences at the top of minified code are text. */
function withoutTopComments(code: string): string {
  let at = 0;
  for (;;) {
    while (at < code.length && (code.charCodeAt(at) <= 32 || code[at] === ';')) at++;
    const close = code.startsWith('/*', at)
      ? code.indexOf('*/', at + 2)
      : code.startsWith('//', at)
        ? code.indexOf('\n', at)
        : -1;
    if (close < 0) return code.slice(at);
    at = close + (code.startsWith('/*', at) ? 2 : 1);
  }
}

/** Pictures and fonts in a style sheet or script make long lines, too. */
function withoutData(code: string): string {
  return code.includes('base64,') ? code.replace(/base64,[\w+/=%-]{40,}/g, '') : code;
}
