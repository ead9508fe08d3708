// The letters that a PDF draws → those that people write: shapes of Arabic letters, ligatures, bullets of symbol fonts,
// letters set apart, rows of dots.

/** Arabic letters by their shapes, and Latin ligatures. */
const shapes = /[\ufb00-\ufdff\ufe70-\ufefe]/;
const eachShape = /[\ufb00-\ufd3d\ufd50-\ufdff\ufe70-\ufefe]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: letters without a meaning are drawn as these
const nothing = /[\u0000-\u001f\u007f\u200b\ufeff]/g;
/** Bullets of Symbol and Wingdings, which have no place in Unicode. */
const symbolBullets = /[\uf0a7\uf0b7\uf06e\uf0d8\uf076\uf0fc]/g;
/** Rows of dots between a title and its page. */
const leaders = /[.·․…‥](?:[ \u00a0]?[.·․…‥]){4,}|(?: [.·․…‥])+(?= \d{1,5}$)/g;
const someLeaders = /[.·․…‥][ \u00a0]?[.·․…‥]|[ ][.·․…‥][ ]/;
/** Four letters or more, each by itself. */
const apart = /(?<![\p{L}\p{M}\p{N}])(?:\p{L}\p{M}* ){3,}\p{L}\p{M}*(?![\p{L}\p{M}\p{N}])/gu;
const someApart = / [^ ] [^ ] /;
const allApart = /^(?:[\p{L}\p{N}\p{P}]\p{M}* )+[\p{L}\p{N}\p{P}]\p{M}*$/u;

/** Accents without a letter, as TeX draws quotation marks. */
const accents = /(^|\s)([\u0300\u0301])\s?/g;

/** A piece of text as it is written. Spaces at its ends stay. */
export function plainLetters(text: string): string {
  let plain = text;
  if (shapes.test(plain)) plain = plain.replace(eachShape, (letters) => letters.normalize('NFKC'));
  if (/[\u0300\u0301]/.test(plain)) {
    plain = plain.replace(accents, (_, before, accent) => before + (accent === '\u0300' ? '`' : '´'));
  }
  return plain.replace(nothing, '').replace(symbolBullets, '•');
}

/** A line without the dots that lead to a page number. */
export function withoutLeaders(line: string): string {
  return someLeaders.test(line) ? line.replace(leaders, ' ') : line;
}

/** Words whose letters are set apart (`N O T E`) → `NOTE`. What is alphabetical stays: it is a list. */
export function joinedLetters(line: string): string {
  return !someApart.test(line)
    ? line
    : line.replace(apart, (letters) => (isAlphabet(letters) ? letters : letters.replaceAll(' ', '')));
}

/** True for a text that is nothing but single letters, at least two. */
export function isApart(text: string): boolean {
  return allApart.test(text) && /\p{L}/u.test(text) && !isAlphabet(text);
}

/** True for letters in the order of the alphabet, as `A B C D`: a list. */
export function isAlphabet(letters: string): boolean {
  const codes = letters.split(' ').map((letter) => letter.codePointAt(0)!);
  return codes.every((code, i) => i === 0 || code > codes[i - 1]!);
}
