// The lines of a roff file that count: without comments, definitions and branches that no terminal shows.
import { unescaped } from './escapes.js';

/** A line of text, or a request with its arguments. */
export interface RoffLine {
  /** The request or macro; '' for text. */
  name: string;
  /** The text, or what stands after the request's name, as it is. */
  rest: string;
  /** 1-based. */
  line: number;
}

/** Longer strings would let a short file grow. */
const maxStringLength = 200;
const maxStrings = 500;
const request = /^[.'][ \t]*([^\s\\]{1,60}|\\["#]|\\\})?[ \t]*/;
const condition = /^(!?)([nt]|[^\s\\]+|\\n(?:\(..|\[[^\]]*\]|.)\S*)[ \t]*/;

export class RoffSource {
  readonly #lines: string[];
  #at = 0;
  /** Whether the last `ie` was taken. */
  #wasTaken = false;
  /** Strings that the file defines. */
  readonly strings = new Map<string, string>();
  /** Macros that the file defines. */
  readonly macros = new Set<string>();

  constructor(text: string) {
    this.#lines = text.split(/\r\n|\n|\r/);
  }

  /** The next line; undefined at the end. */
  next(): RoffLine | undefined {
    while (this.#at < this.#lines.length) {
      const line = this.#at + 1;
      let raw = this.#lines[this.#at++]!;
      // A line goes on after a backslash; what is longer is no text of a person.
      while (
        raw.endsWith('\\') &&
        !raw.endsWith('\\\\') &&
        raw.length < 4000 &&
        this.#at < this.#lines.length
      ) {
        raw = raw.slice(0, -1) + this.#lines[this.#at++]!;
      }
      const found = this.#take(raw, line);
      if (found) return found;
    }
    return undefined;
  }

  /** Lines up to a request of this name, as they are. */
  until(name: string): string[] {
    const lines: string[] = [];
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++]!;
      if (request.exec(line)?.[1] === name) break;
      lines.push(line);
    }
    return lines;
  }

  #take(raw: string, line: number): RoffLine | undefined {
    const isRequest = raw.startsWith('.') || raw.startsWith("'");
    const found = isRequest ? request.exec(raw) : null;
    if (!found) {
      const text = raw.replace(/\\\}\s*$/, '');
      return { name: '', rest: text, line };
    }
    const name = found[1] ?? '';
    const rest = raw.slice(found[0].length);
    if (name === '' || name.startsWith('\\')) return undefined;
    if (name === 'de' || name === 'de1' || name === 'am' || name === 'ig')
      return this.#skipDefinition(name, rest);
    if (name === 'ds' || name === 'as') return this.#string(rest);
    if (name === 'if' || name === 'ie') return this.#branch(rest, line, name);
    if (name === 'el') return this.#then(rest, line, !this.#wasTaken);
    return { name, rest, line };
  }

  #skipDefinition(name: string, rest: string): undefined {
    const [macro = '', end = ''] = rest.split(/\s+/, 2);
    if (name !== 'ig') this.macros.add(macro);
    const last = end !== '' && name !== 'ig' ? end : name === 'ig' && macro !== '' ? macro : '.';
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++]!;
      if (line.startsWith(`.${last}`) || line.startsWith(`'${last}`)) break;
    }
    return undefined;
  }

  #string(rest: string): undefined {
    const [, name = '', value = ''] = /^(\S{1,60})[ \t]?"?(.*)$/.exec(rest) ?? [];
    if (name === '' || value.length > maxStringLength || this.strings.size >= maxStrings) return undefined;
    const shown = unescaped(value, this.strings);
    if (shown.length <= maxStringLength) this.strings.set(name, shown);
    return undefined;
  }

  #branch(rest: string, line: number, name: string): RoffLine | undefined {
    const found = condition.exec(rest.slice(0, 500));
    if (!found) return undefined;
    const isTerminal = found[2] === 'n';
    const isTaken = found[1] === '!' ? !isTerminal && found[2] === 't' : isTerminal;
    if (name === 'ie') this.#wasTaken = isTaken;
    return this.#then(rest.slice(found[0].length), line, isTaken);
  }

  /** What a condition guards: the rest of its line, or lines up to `\}`. */
  #then(rest: string, line: number, isTaken: boolean): RoffLine | undefined {
    const body = rest.trimStart();
    if (!body.startsWith('\\{')) return isTaken ? this.#take(body, line) : undefined;
    if (isTaken) {
      const first = body.slice(2).replace(/^\\$/, '').trim();
      return first === '' ? undefined : this.#take(first, line);
    }
    let depth = braces(body);
    while (depth > 0 && this.#at < this.#lines.length) depth += braces(this.#lines[this.#at++]!);
    return undefined;
  }
}

function braces(line: string): number {
  return line.split('\\{').length - line.split('\\}').length;
}

/** Arguments of a request: words, or what stands in quotes. */
export function wordsOf(rest: string): string[] {
  const words: string[] = [];
  for (const [, quoted, word] of rest.matchAll(/"((?:[^"]|"")*)"?|((?:\\.|[^\s])+)/g)) {
    if (word?.startsWith('\\"')) break;
    words.push(quoted === undefined ? word! : quoted.replaceAll('""', '"'));
  }
  return words;
}
