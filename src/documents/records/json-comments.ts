// JSON with comments and trailing commas, as configuration files have it, → JSON of the same length.

/** Blanks comments and trailing commas, so that offsets stay true. */
export function withoutComments(json: string): string {
  const pieces: string[] = [];
  let kept = 0;
  /** Offset of a comma that nothing but white space has followed so far. */
  let comma = -1;
  const blank = (start: number, end: number): void => {
    pieces.push(json.slice(kept, start), json.slice(start, end).replace(/[^\n]/g, ' '));
    kept = end;
  };
  const commas: number[] = [];
  for (let at = 0; at < json.length; at++) {
    const char = json[at]!;
    if (char === '"') {
      comma = -1;
      at++;
      while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
    } else if (char === '/' && (json[at + 1] === '/' || json[at + 1] === '*')) {
      const close = json[at + 1] === '/' ? json.indexOf('\n', at) : json.indexOf('*/', at + 2) + 2;
      const end = close < at + 2 ? json.length : close;
      blank(at, end);
      at = end - 1;
    } else if (char === ',') {
      comma = at;
    } else if (char === ']' || char === '}') {
      if (comma >= 0) commas.push(comma);
      comma = -1;
    } else if (char > ' ') {
      comma = -1;
    }
  }
  const plain = pieces.join('') + json.slice(kept);
  let from = 0;
  const parts: string[] = [];
  for (const at of commas) {
    parts.push(plain.slice(from, at), ' ');
    from = at + 1;
  }
  return parts.join('') + plain.slice(from);
}
