// The words of a text, as a search by words counts them: small letters without accents; identifiers whole and in
// parts (`requiredOption` is `requiredoption`, `required` and `option`), so that both a name and a word of it are found.
// A version is also found without its `v`, without what follows its numbers, and by fewer of its numbers.
// Scripts without spaces are cut by `Intl.Segmenter`.

/** A word with its place in the text. */
export interface Token {
  /** As it is compared. */
  word: string;
  /** Index of its first character, and after its last one. */
  start: number;
  end: number;
}

/** Longer ones are no words but data, such as base64. */
const maxWordLength = 80;

/** Letters and digits, with what joins the parts of identifiers, versions and file names: `std::move`, `1.2.3`, `pg-dump`. */
const runs = /[\p{L}\p{N}\p{M}_]+(?:(?:[.\-'’:+]|::|->)[\p{L}\p{N}\p{M}_]+)*/gu;
/** The same for texts of ASCII, in a third of the time. */
const asciiRuns = /[A-Za-z0-9_]+(?:(?:[.\-':+]|::|->)[A-Za-z0-9_]+)*/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them.
const isAscii = /^[\x00-\x7f]*$/;

/** A letter of the scripts whose words have no spaces between them. */
export const unspacedLetter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const unspacedParts = new RegExp(`${unspacedLetter.source}+`, 'gu');
const ascii = /^[A-Za-z0-9]+$/;
/** Where a name in camel case goes on: `fsPromises`, `HTTPServer`. */
const humps = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
const joints = /[^\p{L}\p{N}\p{M}]+/u;

let segmenter: Intl.Segmenter | undefined;

/** All words of a text, in their order; the parts of an identifier follow it. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  eachToken(text, (word, start, end) => tokens.push({ word, start, end }));
  return tokens;
}

/** The same without a list. */
export function eachToken(text: string, take: (word: string, start: number, end: number) => void): void {
  for (const { 0: run, index } of text.matchAll(isAscii.test(text) ? asciiRuns : runs)) {
    for (const { word, start, end } of tokensOfRun(run)) take(word, index + start, index + end);
  }
}

/** The words of some texts, each once. */
export function distinctWords(texts: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const text of texts) eachToken(text, (word) => words.add(word));
  return words;
}

/** Most words come again and again. */
const known = new Map<string, Token[]>();
const maxKnown = 50_000;

/** Lets their memory go, when many texts have been cut and few follow. */
export function forgetKnownWords(): void {
  known.clear();
}

function tokensOfRun(run: string): Token[] {
  let tokens = known.get(run);
  if (tokens !== undefined) return tokens;
  tokens = [];
  const take = (word: string, start: number, end: number) => tokens!.push({ word, start, end });
  if (ascii.test(run) && !humps.test(run)) {
    if (run.length <= maxWordLength) take(folded(run), 0, run.length);
  } else if (unspacedLetter.test(run)) cutUnspaced(run, take);
  else takeName(run, take);
  if (known.size >= maxKnown) known.clear();
  // A part of a text would keep all of the text.
  if (run.length <= maxWordLength) known.set(Buffer.from(run).toString(), tokens);
  return tokens;
}

/** A run with parts in a script without spaces: these by the segmenter, the rest as elsewhere. */
function cutUnspaced(run: string, take: (word: string, start: number, end: number) => void): void {
  let at = 0;
  const takeRest = (end: number) => {
    const from = at;
    if (end > from)
      eachToken(run.slice(from, end), (word, start, end) => take(word, from + start, from + end));
  };
  for (const { 0: part, index } of run.matchAll(unspacedParts)) {
    takeRest(index);
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
    for (const { segment, index: place, isWordLike } of segmenter.segment(part)) {
      const start = index + place;
      if (isWordLike) take(folded(segment), start, start + segment.length);
    }
    at = index + part.length;
  }
  takeRest(run.length);
}

/** An identifier, a version or a word with letters beyond ASCII: whole, then its parts. */
function takeName(run: string, take: (word: string, start: number, end: number) => void): void {
  const first = run.search(/[\p{L}\p{N}]/u);
  if (first < 0) return;
  const bare = run.slice(first).replace(/[^\p{L}\p{N}\p{M}]+$/u, '');
  const start = first;
  const whole = folded(bare);
  if (whole.length <= maxWordLength) take(whole, start, start + bare.length);
  takeVersions(bare, start, whole, take);
  const parts = bare.split(joints).flatMap((part) => part.split(humps));
  if (parts.length < 2) return;
  let at = 0;
  for (const part of parts) {
    const place = bare.indexOf(part, at);
    at = place + part.length;
    // A single letter or digit of a version says nothing, and `server's` is one word.
    if (part.length < 2 || part.length > maxWordLength) continue;
    const word = folded(part);
    if (word !== whole) take(word, start + place, start + at);
  }
}

/** Numbers with points between them: `2.14.3`, in `v2.14.3-rc1` as well. */
const versions = /(?<![\p{L}\p{N}.])[vV]?(\d{1,9}(?:\.\d{1,9}){1,5})(?![\p{L}\p{N}])/gu;

/** The versions in a name: `v2.14.3-rc1` holds `2.14.3` and `2.14`. */
function takeVersions(
  bare: string,
  start: number,
  whole: string,
  take: (word: string, start: number, end: number) => void,
): void {
  for (const { 0: found, 1: version, index } of bare.matchAll(versions)) {
    const from = start + index + found.length - version!.length;
    for (let end = version!.length; end > version!.indexOf('.'); end = version!.lastIndexOf('.', end - 1)) {
      const word = version!.slice(0, end);
      if (word !== whole) take(word, from, from + end);
    }
  }
}

/**
 * Marks of a name that is no word of prose: a digit, `_`, `::`, `->`, a point between words, or a hump after a small first letter:
 * `GitHub` is prose.
 */
const marks = /\p{N}|_|::|->|(?<=\p{L}{2})\.(?=\p{L}{2})|^\p{Ll}+\p{Lu}/u;

/** A name in a question. */
export interface Name {
  /** As it is compared. */
  word: string;
  typed: string;
}

/**
 * The versions, error codes, options and identifiers among the words of a question, each whole, as {@link tokensOf} gives
 * them. Words with a hyphen alone are prose, unless they begin as an option does.
 */
export function namesOf(question: string): Name[] {
  const names = new Map<string, Name>();
  for (const { 0: run, index } of question.matchAll(isAscii.test(question) ? asciiRuns : runs)) {
    if (unspacedLetter.test(run) || !/\p{L}|\p{N}.*\P{N}.*\p{N}/u.test(run)) continue;
    const isOption = /(?:^|\s)--$/.test(question.slice(Math.max(0, index - 3), index));
    if (!isOption && !marks.test(run)) continue;
    const [name] = tokensOfRun(run);
    // `v2.14.4` and `2.14.4` are one version.
    if (name === undefined) continue;
    const word = /^v\d+\./.test(name.word) ? name.word.slice(1) : name.word;
    if (!names.has(word)) names.set(word, { word, typed: run.slice(name.start, name.end) });
  }
  return [...names.values()];
}

const accents = /\p{M}/gu;

/** Small letters; `é` counts as `e`, full-width letters as those of normal width. */
function folded(word: string): string {
  const small = word.toLowerCase();
  if (ascii.test(small)) return stem(small);
  return stem(small.normalize('NFKD').replace(accents, '').normalize('NFC').replace(/’/g, "'"));
}

/** English plurals count as singulars: `batches`, `caches`, `queries`. What is left is for comparing, no word for people. */
function stem(word: string): string {
  if (word.length < 4) return word;
  let singular = word.endsWith("'s") ? word.slice(0, -2) : word;
  if (singular.endsWith('s') && !/(?:ss|us|is)$/.test(singular)) {
    if (singular.endsWith('ies') && singular.length > 4) return `${singular.slice(0, -3)}y`;
    singular = singular.slice(0, singular.endsWith('xes') ? -2 : -1);
  }
  // `cache` and `caches`, `batch` and `batches`: only without the e are both pairs alike.
  return singular.length > 4 && singular.endsWith('e') ? singular.slice(0, -1) : singular;
}
