// What each element of HTML means for the text of a page.

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements without text for a reader. */
export const skippedTags = words(
  'script style template nav noscript iframe object svg math canvas audio video map select datalist button ' +
    'textarea dialog',
);
/** Elements whose footer belongs to the text; the page's own footer doesn't. */
export const contentTags = words('main article section blockquote');
/** Elements that end the line before and after them. */
export const breakingTags = words(
  'address article aside blockquote body caption center dd desc details div dl dt fieldset figcaption figure footer form ' +
    'head header hgroup hr html legend li main ol optgroup option p section summary table tbody td text tfoot th thead tr ul',
);
/** Elements that end a heading without an end tag. */
export const endsHeading = words('p ul ol dl table pre section article main body');

/** `h1` to `h6`. */
export function isHeading(tag: string): boolean {
  return tag.length === 2 && tag[0] === 'h' && tag[1]! >= '1' && tag[1]! <= '6';
}
