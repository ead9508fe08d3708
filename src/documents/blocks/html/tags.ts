// What each element of HTML means for the text of a page.

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements without text for a reader. */
export const skippedTags = words(
  'script style template nav noscript iframe object canvas audio video map select datalist',
);
/** Elements that have no content, whatever comes after them. */
export const voidTags = words('area base br col embed hr img input link meta param source track wbr');
/** Elements whose footer belongs to the text; the page's own footer doesn't. */
export const contentTags = words('main article section blockquote');
/** Elements that end the line before and after them. */
export const breakingTags = words(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'head header hgroup hr html legend li main optgroup option p section summary tbody tfoot thead',
);
/** Elements whose lines stay as they are. */
export const preTags = words('pre textarea xmp listing plaintext');
/** Elements that end a heading without an end tag. */
export const endsHeading = words('p ul ol dl table pre section article main body');
/** Elements that end a paragraph without an end tag. */
export const endsParagraph = words(
  'address article aside blockquote center details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p ' +
    'pre section table td tr ul',
);

/** `h1` to `h6`. */
export function isHeading(tag: string): boolean {
  return tag.length === 2 && tag[0] === 'h' && tag[1]! >= '1' && tag[1]! <= '6';
}

/** Prefixes with which XHTML may write elements of HTML, MathML and SVG. Others (`o:p`) are elements of their own. */
const prefixes = words('h html xhtml m math mml svg');

/** Names that were asked for before: pages have few, each thousands of times. */
const names = new Map<string, string>();
const maxNames = 500;

/** The name of an element in lower case, without the prefix of a language that is read. */
export function tagName(written: string): string {
  const known = names.get(written);
  if (known !== undefined) return known;
  const name = unprefixed(written.toLowerCase());
  if (names.size < maxNames) names.set(written, name);
  return name;
}

function unprefixed(name: string): string {
  const colon = name.length > 3 ? name.indexOf(':') : -1;
  return colon > 0 && prefixes.has(name.slice(0, colon)) ? name.slice(colon + 1) : name;
}

/** Whether an element can't be within a formula: its end tag is missing. */
export function endsFormula(tag: string): boolean {
  return (
    breakingTags.has(tag) || isHeading(tag) || tag === 'table' || tag === 'td' || tag === 'th' || tag === 'tr'
  );
}
