// Sets one number in the text of a JSON object and leaves every other character as it is. Pure.

/**
 * @param path keys of the objects on the way, from the outermost
 * @returns the text unchanged when the way isn't there
 */
export function withJsonKey(text: string, path: readonly string[], key: string, value: number): string {
  let object = readObject(text, text.indexOf('{'));
  for (const step of path) {
    const member = object?.members.findLast((one) => one.key === step);
    if (!member || text[member.start] !== '{') return text;
    object = readObject(text, member.start);
  }
  if (!object) return text;
  const known = object.members.findLast((one) => one.key === key);
  if (known) return text.slice(0, known.start) + value + text.slice(known.end);
  const member = `${JSON.stringify(key)}: ${value}`;
  const last = object.members.at(-1);
  if (!last) return `${text.slice(0, object.start + 1)} ${member} ${text.slice(object.end)}`;
  // The new one stands as the first one does: on a line of its own, or beside the others.
  const gap = text.slice(object.start + 1, object.members[0]!.at);
  const between = gap === '' && object.members.length > 1 ? ' ' : gap;
  return `${text.slice(0, last.end)},${between}${member}${text.slice(last.end)}`;
}

interface Member {
  key: string;
  /** Where the key begins. */
  at: number;
  /** Where the value begins, and behind its end. */
  start: number;
  end: number;
}

/** @param start of its brace @returns undefined for what is no JSON */
function readObject(
  text: string,
  start: number,
): { start: number; end: number; members: Member[] } | undefined {
  const members: Member[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') return undefined;
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)), at, start: valueStart, end: valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return text[at] === '}' ? { start, end: at, members } : undefined;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text[next] ?? '')) next++;
  return next;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"') {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') {
      if (depth === 0) return trimmedEnd(text, start, at);
      if (--depth === 0) return at + 1;
    } else if (sign === ',' && depth === 0) return trimmedEnd(text, start, at);
  }
  return text.length;
}

function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}
