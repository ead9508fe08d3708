// What `JSON.parse` doesn't tell of a JSON text: where the elements of a list are, and how large numbers are written.

/** Offsets of the elements of the array that opens at `open`, in JSON that is known to be valid. */
export function elementOffsets(json: string, open: number): number[] {
  const offsets: number[] = [];
  let depth = 0;
  let expected = true;
  for (let at = open; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code <= 32) continue;
    if (code === 93 || code === 125) {
      // ] }
      depth--;
      if (depth === 0) break;
      continue;
    }
    if (depth === 1 && expected) {
      offsets.push(at);
      expected = false;
    }
    if (code === 34) at = stringEnd(json, at);
    else if (code === 91 || code === 123) depth++;
    else if (code === 44 && depth === 1) expected = true;
  }
  return offsets;
}

/**
 * Offset of the list under `key` in the outermost object, in valid JSON; of several, the last, as in `JSON.parse`. -1 for
 * none.
 */
export function listOffset(json: string, key: string): number {
  const quoted = JSON.stringify(key);
  let found = -1;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 91 || code === 123) depth++;
    else if (code === 93 || code === 125) depth--;
    else if (code === 34) {
      const end = stringEnd(json, at);
      if (depth === 1 && end - at + 1 === quoted.length && json.startsWith(quoted, at)) {
        const value = /^\s*:\s*\[/.exec(json.slice(end + 1, end + 100));
        if (value) found = end + value[0].length;
      }
      at = end;
    }
  }
  return found;
}

/** Shorter integers are exact. */
const longInteger = /\d{16}/;
const integer = /-?\d+(?![\d.eE])/y;

/** With large integers as strings, since a number would be another one: 9007199254740993 is 9007199254740992. */
export function withLongIntegers(json: string): string {
  if (!longInteger.test(json)) return json;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 34) {
      at = stringEnd(json, at);
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      integer.lastIndex = at;
      const digits = integer.exec(json)?.[0];
      if (digits && digits.length > 15 && !Number.isSafeInteger(Number(digits))) {
        parts.push(json.slice(from, at), `"${digits}"`);
        from = at + digits.length;
      }
      // The rest of a number with a fraction or exponent is no integer.
      while (at + 1 < json.length && /[\d.eE+-]/.test(json[at + 1]!)) at++;
    }
  }
  parts.push(json.slice(from));
  return parts.join('');
}

const notANumber = /[-+]?Infinity\b|NaN\b/y;

/**
 * With an empty value, of the same length, for each `NaN` and `Infinity`, which Python's `json` writes and JSON doesn't have.
 * The same text if there are none outside of strings.
 */
export function withoutNaN(json: string): string {
  if (!json.includes('NaN') && !json.includes('Infinity')) return json;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at]!;
    if (char === '"') at = stringEnd(json, at);
    else if (char === 'N' || char === 'I' || char === '-' || char === '+') {
      notANumber.lastIndex = at;
      const found = notANumber.exec(json)?.[0];
      if (found === undefined) continue;
      parts.push(json.slice(from, at), (found.length > 3 ? 'null' : '""').padEnd(found.length));
      from = at + found.length;
      at = from - 1;
    }
  }
  parts.push(json.slice(from));
  return parts.join('');
}

/** Offset behind the object or list that opens at `open`; -1 when it doesn't end. */
export function valueEnd(json: string, open: number): number {
  let depth = 0;
  for (let at = open; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 34) at = stringEnd(json, at);
    else if (code === 91 || code === 123) depth++;
    else if ((code === 93 || code === 125) && --depth === 0) return at + 1;
  }
  return -1;
}

/** Index of the closing quote of the string that opens at `open`. */
function stringEnd(json: string, open: number): number {
  for (let at = open + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) return at;
  }
  return json.length;
}
