// Numbers of sections in front of their titles: `1.2`, `Chapter 3:`, `IV.`, `A.1`.

const label =
  'chapter|section|appendix|part|kapitel|abschnitt|anhang|teil|chapitre|annexe|partie|cap[ií]tulo|secci[oó]n|parte';
const numeral = '(?:\\d{1,4}|[A-Z])(?:\\.\\d{1,4}){0,6}|[IVXLC]{1,8}';
const numbering = new RegExp(`^(?:(?:${label})\\s+)?(${numeral})[.:)]?\\s+(?=\\S)`, 'i');
const numberedTitle =
  /^(?:\d{1,2}(?:\.\d{1,3}){0,5}|[A-Z](?:\.\d{1,3}){1,5}|[A-Z]\.|[IVX]{1,5}\.)\.?\s+\p{L}/u;
const onlyLabel = new RegExp(
  `^(?:(?:${label})\\s+(?:${numeral}|[a-z]+)|(?:${label})|one|two|three|four|five|six|seven|eight|nine|ten|` +
    'eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|appendix)[.:]?$',
  'i',
);

export function withoutNumber(title: string): string {
  return title.replace(numbering, '');
}

/** Parts of the number of a title: 2 for `1.2 Pumps`, 0 for `Pumps`. */
export function depthOf(title: string): number {
  const number = /^\d/.test(title) ? numbering.exec(title)?.[1] : undefined;
  return number === undefined ? 0 : number.split('.').length;
}

/** True for `1.2 Pumps`, and not for numbers in front of other words: `1.2 mm`, `3 pumps`. */
export function isNumberedTitle(title: string): boolean {
  return numberedTitle.test(title) && /^\S+\s+\P{Ll}/u.test(title);
}

/** True for the number of a chapter that stands above its title: `Chapter 3`, `TWO`. */
export function isNumberAlone(title: string): boolean {
  return title.length < 40 && onlyLabel.test(title);
}
