// Arguments in LaTeX: what stands in brackets after a command.

/** Longer arguments are text. */
const maxLength = 5000;

export interface Group {
  text: string;
  /** Index after it. */
  end: number;
}

/** The group that begins at `at`, after white space; undefined when there is none. */
export function groupAt(text: string, at: number, open: '{' | '['): Group | undefined {
  let start = at;
  while (start < text.length && start - at < 100 && /\s/.test(text[start]!)) start++;
  if (text[start] !== open) return undefined;
  const close = open === '{' ? '}' : ']';
  let depth = 0;
  const last = Math.min(text.length, start + maxLength);
  for (let i = start; i < last; i++) {
    const char = text[i]!;
    if (char === '\\') i++;
    else if (char === '{') depth++;
    else if (char === '}') depth--;
    if (char === close && depth === (open === '{' ? 0 : 0))
      return { text: text.slice(start + 1, i), end: i + 1 };
  }
  return undefined;
}

/** Index after all arguments that follow. */
export function skipGroups(text: string, at: number, most = 20): number {
  let end = at;
  for (let i = 0; i < most; i++) {
    const next =
      text[end] === '[' ? groupAt(text, end, '[') : text[end] === '{' ? groupAt(text, end, '{') : undefined;
    if (!next) return end;
    end = next.end;
  }
  return end;
}

/** Index after an argument in square brackets, if there is one. */
export function skipOptions(text: string, at: number): number {
  return text[at] === '[' ? (groupAt(text, at, '[')?.end ?? at) : at;
}
