// The lines of a roff file that count: without comments, definitions and branches that no terminal shows.
import { conditionOf } from './conditions.js';
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

interface RawLine {
  raw: string;
  line: number;
}

/** Longer strings would let a short file grow. */
const maxStringLength = 200;
const maxStrings = 500;
/** Lines that macros may set in all, and lines of one macro. */
const maxSetLines = 20_000;
const maxMacroLines = 100;
const request = /^[.'][ \t]*([^\s\\]{1,60}|\\["#]|\\\})?[ \t]*/;

export class RoffSource {
  readonly #lines: string[];
  #at = 0;
  /** Whether the last `ie` was taken. */
  #wasTaken = false;
  /** Strings that the file defines. */
  readonly strings = new Map<string, string>();
  /** Macros that the file defines, with their lines. */
  readonly macros = new Map<string, readonly string[]>();
  /** Numbers that the file sets. */
  readonly registers = new Map<string, number>();
  readonly #steps = new Map<string, number>();
  /** Lines of macros that are being set, the next one last. */
  readonly #set: RawLine[] = [];
  #setLines = 0;

  constructor(text: string) {
    this.#lines = text.split(/\r\n|\n|\r/);
  }

  /** The next line; undefined at the end. */
  next(): RoffLine | undefined {
    for (let read = this.#read(); read; read = this.#read()) {
      let { raw } = read;
      // A line goes on after a backslash; what is longer is no text of a person.
      while (raw.endsWith('\\') && !raw.endsWith('\\\\') && raw.length < 4000) {
        const next = this.#read();
        if (!next) break;
        raw = raw.slice(0, -1) + next.raw;
      }
      const found = this.#take(this.#withNumbers(raw), read.line);
      if (found) return found;
    }
    return undefined;
  }

  /** The next line as it is: of a macro that is being set, or of the file. */
  #read(): RawLine | undefined {
    const set = this.#set.pop();
    if (set || this.#at >= this.#lines.length) return set;
    const line = ++this.#at;
    return { raw: this.#lines[line - 1]!, line };
  }

  /**
   * Sets a macro of the file: its lines come next, with these arguments.
   * @returns false for one that does more than we follow, such as a loop over its arguments
   */
  setMacro(name: string, given: readonly string[], line: number): boolean {
    const body = this.macros.get(name);
    if (!body || body.some((one) => /^[.']\s*(?:while|shift|de)\b/.test(one))) return false;
    this.#setLines += body.length;
    if (this.#setLines > maxSetLines) return false;
    for (const one of [...body].reverse()) {
      const raw = one
        .replaceAll('\\\\', '\\')
        .replace(/\\n(?:\(\.\$|\[\.\$\])/g, String(given.length))
        .replace(/\\\$(?:([1-9])|[*@])/g, (_, index) => (index ? (given[index - 1] ?? '') : given.join(' ')));
      // Macros that set themselves would have no end.
      if (raw.length <= maxStringLength && !raw.startsWith(`.${name}`)) this.#set.push({ raw, line });
    }
    return true;
  }

  /** Lines up to a request of this name, as they are. */
  until(name: string): string[] {
    const lines: string[] = [];
    for (let read = this.#read(); read; read = this.#read()) {
      if (request.exec(read.raw)?.[1] === name) break;
      lines.push(read.raw);
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
    if (name === 'als') return this.#alias(rest);
    if (name === 'nr') return this.#number(rest);
    if (name === 'if' || name === 'ie') return this.#branch(rest, line, name);
    if (name === 'el') return this.#then(rest, line, !this.#wasTaken);
    return { name, rest, line };
  }

  #skipDefinition(name: string, rest: string): undefined {
    const [macro = '', end = ''] = rest.split(/\s+/, 2);
    const body: string[] = [];
    const last = end !== '' && name !== 'ig' ? end : name === 'ig' && macro !== '' ? macro : '.';
    for (let read = this.#read(); read; read = this.#read()) {
      const { raw } = read;
      const end = /^[.'][ \t]*(?=\S)/.exec(raw);
      if (end && raw.startsWith(last, end[0].length)) break;
      if (body.length < maxMacroLines) body.push(raw);
    }
    const before = name === 'am' ? (this.macros.get(macro) ?? []) : [];
    if (name !== 'ig') this.macros.set(macro, [...before, ...body].slice(0, maxMacroLines));
    return undefined;
  }

  #alias(rest: string): undefined {
    const [alias = '', of = ''] = rest.split(/\s+/, 2);
    const body = this.macros.get(of);
    if (body && alias !== '') this.macros.set(alias, body);
    return undefined;
  }

  #number(rest: string): undefined {
    const [, name, sign, digits, step] = /^(\S{1,60})\s+([+-]?)(\d{1,9})(?:\s+(-?\d{1,6}))?/.exec(rest) ?? [];
    if (name === undefined || this.registers.size >= maxStrings) return undefined;
    const before = sign === '' ? 0 : (this.registers.get(name) ?? 0);
    this.registers.set(name, before + Number(`${sign}${digits}`));
    if (step !== undefined) this.#steps.set(name, Number(step));
    return undefined;
  }

  /** Numbers in a line: `\n[item]`, and `\n+[item]`, which is the next one. */
  #withNumbers(raw: string): string {
    if (this.registers.size === 0 || !raw.includes('\\n')) return raw;
    return raw.replace(/\\n([+-]?)(?:\((..)|\[([^\]]{1,60})\])/g, (whole, sign, two, long) => {
      const name: string = two ?? long;
      const value = this.registers.get(name);
      if (value === undefined) return whole;
      const step = sign === '' ? 0 : (this.#steps.get(name) ?? 0) * (sign === '-' ? -1 : 1);
      this.registers.set(name, value + step);
      return String(value + step);
    });
  }

  #string(rest: string): undefined {
    const [, name = '', value = ''] = /^(\S{1,60})[ \t]?"?(.*)$/.exec(rest) ?? [];
    if (name === '' || value.length > maxStringLength || this.strings.size >= maxStrings) return undefined;
    const shown = unescaped(value, this.strings);
    if (shown.length <= maxStringLength) this.strings.set(name, shown);
    return undefined;
  }

  #branch(rest: string, line: number, name: string): RoffLine | undefined {
    const found = conditionOf(rest, this);
    if (!found) return undefined;
    if (name === 'ie') this.#wasTaken = found.holds;
    return this.#then(found.rest, line, found.holds);
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
    for (let read = depth > 0 ? this.#read() : undefined; read; read = depth > 0 ? this.#read() : undefined) {
      depth += braces(read.raw);
    }
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
