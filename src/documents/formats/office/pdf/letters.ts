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

/**
 * Signs that TeX's fonts keep at places below 32 (OT1 at 11–15, T1 at 16–31), and which a bitmap font without names hands on
 * by these places: `e\u001ecient` is `efficient`.
 */
const texSigns: Readonly<Record<string, string>> = {
  '\u000b': 'ff',
  '\u000c': 'fi',
  '\u000d': 'fl',
  '\u000e': 'ffi',
  '\u000f': 'ffl',
  '\u0010': '“',
  '\u0011': '”',
  '\u0012': '„',
  '\u0013': '«',
  '\u0014': '»',
  '\u0015': '–',
  '\u0016': '—',
  '\u001b': 'ff',
  '\u001c': 'fi',
  '\u001d': 'fl',
  '\u001e': 'ffi',
  '\u001f': 'ffl',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const texSign = /(?<=\p{L})[\u000b-\u0016\u001b-\u001f]|[\u000b-\u0016\u001b-\u001f](?=\p{L})/gu;
/** The bullets of TeX, each alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const texBullet = /^[\u000f\u0088]$/;

/** Brackets, each with its other half. */
const brackets = '()[]{}<>«»‹›';

/**
 * Brackets in a text from right to left, as they are written: many programs keep the sign that is drawn, and `(` is drawn as
 * `)` there. A text that begins with a closing one shows it.
 */
export function withBrackets(text: string): string {
  const first = /[()[\]{}]/.exec(text)?.[0];
  if (first === undefined || !')]}'.includes(first)) return text;
  return text.replace(/[()[\]{}<>«»‹›]/g, (sign) => brackets[brackets.indexOf(sign) ^ 1]!);
}

/** A piece of text as it is written. Spaces at its ends stay. */
export function plainLetters(text: string): string {
  let plain = text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
  if (/[\u000b-\u001f\u0088]/.test(plain)) {
    plain = plain.replace(texSign, (sign) => texSigns[sign] ?? '').replace(texBullet, '•');
  }
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
