// The items of AsciiDoc's lists as they are shown: with numbers for dots, a dash for stars, indented by their depth.

const marked = /^[ \t]*(\*{1,5}|-|\.{1,5}|(\d{1,5})\.|[a-zA-Z]\.|<(?:\d{1,3}|\.)>)[ \t]+(?=\S)/;
const described = /^[ \t]*(\S[^\n]{0,300}?)(:{2,4})(?:[ \t]+|$)/;
/** Deeper ones are shown as deep. */
const maxDepth = 10;

interface List {
  sign: string;
  /** Number of its last item; 0 without numbers. */
  number: number;
}

export class Lists {
  /** The lists around this place, by the signs of their items. */
  readonly #open: List[] = [];
  #start = 1;

  /** Nothing of a list goes on. */
  end(): void {
    this.#open.length = 0;
    this.#start = 1;
  }

  /** @param settings the line above a list, such as `[start=4]` */
  begin(settings: string): void {
    const start = /\bstart="?(\d{1,6})/.exec(settings);
    if (start) this.#start = Number(start[1]);
  }

  /** The line of an item without its sign, and what is shown for the sign; undefined for another line. */
  itemOf(line: string): { shown: string; rest: string } | undefined {
    const item = marked.exec(line);
    if (item) {
      const sign = item[1]!;
      const rest = line.slice(item[0].length);
      if (sign.startsWith('<')) return { shown: `${sign} `, rest };
      const isNumbered = sign.startsWith('.') || item[2] !== undefined;
      const list = this.#listOf(item[2] === undefined ? sign.replace(/^[a-zA-Z]\.$/, 'a.') : '1.');
      if (isNumbered) list.number = item[2] === undefined ? list.number + 1 : Number(item[2]);
      const shown = isNumbered ? `${list.number}.` : /^[a-zA-Z]/.test(sign) ? sign : '-';
      return { shown: `${this.#indent()}${shown} `, rest };
    }
    const term = described.exec(line);
    if (!term || /^\S*::\S/.test(line.trim())) return undefined;
    this.#listOf(term[2]!);
    const rest = line.slice(term[0].length).trim();
    return { shown: this.#indent(), rest: rest === '' ? term[1]! : `${term[1]!}: ${rest}` };
  }

  #listOf(sign: string): List {
    const at = this.#open.findIndex((list) => list.sign === sign);
    if (at >= 0) this.#open.length = at + 1;
    else {
      this.#open.push({ sign, number: this.#start - 1 });
      this.#start = 1;
    }
    return this.#open.at(-1)!;
  }

  #indent(): string {
    return '  '.repeat(Math.min(maxDepth, this.#open.length - 1));
  }
}
