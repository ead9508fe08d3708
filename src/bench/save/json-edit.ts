// Sets one number in the text of a JSON object and leaves every other character as it is. Pure.
import { type Node, type ParseError, parseTree } from 'jsonc-parser';

/**
 * @param path keys of the objects on the way, from the outermost
 * @returns the text unchanged when the way isn't there, or the text is no JSON
 * @throws {RangeError} when it is nested some thousands of levels deep
 */
export function withJsonKey(text: string, path: readonly string[], key: string, value: number): string {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors);
  let object = root;
  for (const step of path) object = object && valueUnder(object, step);
  if (errors.length > 0 || object?.type !== 'object') return text;
  const known = valueUnder(object, key);
  if (known) return text.slice(0, known.offset) + value + text.slice(known.offset + known.length);
  const member = `${JSON.stringify(key)}: ${value}`;
  const members = object.children ?? [];
  const [first, last] = [members[0], members.at(-1)];
  const open = object.offset + 1;
  if (!first || !last) {
    return `${text.slice(0, open)} ${member} ${text.slice(object.offset + object.length - 1)}`;
  }
  // The new one stands as the first one does: on a line of its own, or beside the others.
  const gap = text.slice(open, first.offset);
  const between = gap === '' && members.length > 1 ? ' ' : gap;
  const end = last.offset + last.length;
  return `${text.slice(0, end)},${between}${member}${text.slice(end)}`;
}

/** The value under a key; of several the last, as in `JSON.parse`. */
function valueUnder(object: Node, key: string): Node | undefined {
  if (object.type !== 'object') return undefined;
  return object.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1];
}
