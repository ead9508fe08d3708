// White space, with the same meaning for counters and the splitter: JavaScript's \s, and U+0085, which both recorded
// generations of Ollama treat as a space, too.

/** Whether a UTF-16 code unit is white space. */
export function isSpace(code: number): boolean {
  return code < 0x80 ? code === 0x20 || (code <= 0x0d && code >= 0x09) : isWideSpace(code);
}

/** All white space beyond ASCII. */
export const wideSpaces: readonly number[] = [
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
  0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff,
];

/** Apart, so that what is compiled into each loop stays short. */
function isWideSpace(code: number): boolean {
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** Index of the first character of `text` in [start, end) that is not white space; `end` when all is. */
export function skipSpace(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isSpace(text.charCodeAt(index))) index++;
  return index;
}

/** Index after the last character of `text` in [start, end) that is not white space; `start` when all is. */
export function trimEnd(text: string, start: number, end: number): number {
  let index = end;
  while (index > start && isSpace(text.charCodeAt(index - 1))) index--;
  return index;
}

/** Index of the first white space of `text` in [start, end), else `end`. */
export function wordEnd(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && !isSpace(text.charCodeAt(index))) index++;
  return index;
}
