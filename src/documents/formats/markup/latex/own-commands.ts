// Commands that a document defines for itself: `\newcommand{\sys}{Pump}` makes `\sys` a word.
import { groupAt } from './groups.js';

interface OwnCommand {
  body: string;
  /** How many arguments it takes. */
  count: number;
  /** What its first argument is where it isn't given. */
  preset: string | undefined;
}

/** Longer bodies are layouts, and hold little text. */
const maxBodyLength = 500;
const maxCommands = 2000;
/** Characters that all uses together may set, and how often one command may use another. */
const maxSet = 1_000_000;
const maxDepth = 5;
/** Bodies that do more than set words. */
const layout = /\\(?:begin|end|item|section|subsection|chapter|def|newcommand|let|csname|@)/;
const definition =
  /\\(?:newcommand|renewcommand|providecommand|DeclareRobustCommand|DeclareMathOperator)\*?\s{0,20}\{?\\([A-Za-z]{1,40})\}?|\\def\s{0,5}\\([A-Za-z]{1,40})((?:#\d){0,9})(?=\{)/g;
const use = /\\([A-Za-z]{1,40})/g;

export class OwnCommands {
  readonly #commands = new Map<string, OwnCommand>();
  #left = maxSet;

  constructor(latex: string) {
    if (!latex.includes('\\')) return;
    for (const match of latex.matchAll(definition)) {
      if (this.#commands.size >= maxCommands) break;
      const { 0: whole, 1: command, 2: primitive, 3: parameters = '' } = match;
      this.#define((command ?? primitive)!, latex, match.index + whole.length, parameters.length / 2);
    }
  }

  #define(name: string, latex: string, at: number, parameters: number): void {
    const given = /^\s{0,20}\[([0-9])\]/.exec(latex.slice(at, at + 30));
    const start = at + (given?.[0].length ?? 0);
    const preset = given ? groupAt(latex, start, '[') : undefined;
    const body = groupAt(latex, preset?.end ?? start, '{');
    if (!body || body.text.length > maxBodyLength || layout.test(body.text)) return;
    // A line that ends in a comment has no blank at its end.
    const words = body.text.replace(/(^|[^\\])%.*\n\s*/g, '$1');
    this.#commands.set(name, { body: words, count: Number(given?.[1] ?? parameters), preset: preset?.text });
  }

  /**
   * What a command sets, as LaTeX, with its arguments in place.
   * @param at the place after its name @returns undefined for one that the document doesn't define
   */
  set(name: string, latex: string, at: number): { latex: string; end: number } | undefined {
    const command = this.#commands.get(name);
    if (!command || this.#left <= 0) return undefined;
    const given: string[] = [];
    let end = at;
    if (command.preset !== undefined) {
      const option = groupAt(latex, end, '[');
      given.push(option?.text ?? command.preset);
      end = option?.end ?? end;
    }
    while (given.length < command.count) {
      const group = groupAt(latex, end, '{');
      if (!group) break;
      given.push(group.text);
      end = group.end;
    }
    const body = command.body.replace(/#([1-9])/g, (_, index: string) => given[Number(index) - 1] ?? '');
    this.#left -= body.length + 1;
    // Empty braces end its name.
    if (command.count === 0 && latex.startsWith('{}', end)) end += 2;
    return { latex: body, end };
  }

  /** The same LaTeX with what its commands set. */
  filled(latex: string, depth = 0): string {
    if (this.#commands.size === 0 || depth >= maxDepth || !latex.includes('\\')) return latex;
    let filled = '';
    let at = 0;
    for (const match of latex.matchAll(use)) {
      if (match.index < at) continue;
      const set = this.set(match[1]!, latex, match.index + match[0].length);
      if (!set) continue;
      filled += latex.slice(at, match.index) + this.filled(set.latex, depth + 1);
      at = set.end;
    }
    return at === 0 ? latex : filled + latex.slice(at);
  }
}

/** Index after a part that is never shown: from `\iffalse` to its `\else` or `\fi`. @returns -1 without an end */
export function endOfHidden(latex: string, from: number): number {
  const marks = /\\(?:(if[A-Za-z@]*)|(fi|else))(?![A-Za-z@])/g;
  marks.lastIndex = from;
  let depth = 1;
  for (let mark = marks.exec(latex); mark; mark = marks.exec(latex)) {
    if (mark[1] !== undefined) depth++;
    else if (mark[2] === 'fi') depth--;
    if (depth === 0 || (depth === 1 && mark[2] === 'else')) return marks.lastIndex;
  }
  return -1;
}
