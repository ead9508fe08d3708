// The macros of mdoc, which say what a word is: an option, an argument, a page.
import type { ManualPage } from './page.js';
import { wordsOf } from './requests.js';

/** Signs around the words of a macro. */
const quotes: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['Op', ['[', ']']],
  ['Bq', ['[', ']']],
  ['Pq', ['(', ')']],
  ['Dq', ['“', '”']],
  ['Qq', ['"', '"']],
  ['Sq', ['‘', '’']],
  ['Ql', ['‘', '’']],
  ['Aq', ['<', '>']],
  ['Brq', ['{', '}']],
  ['In', ['<', '>']],
]);
/** Macros that open or close such signs, over lines. */
const opening: ReadonlyMap<string, string> = new Map(
  Object.entries({ Oo: '[', Bo: '[', Po: '(', Do: '“', Qo: '"', So: '‘', Ao: '<', Bro: '{' }),
);
const closing: ReadonlyMap<string, string> = new Map(
  Object.entries({ Oc: ']', Bc: ']', Pc: ')', Dc: '”', Qc: '"', Sc: '’', Ac: '>', Brc: '}' }),
);
/** Macros that are words by themselves. */
const texts: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Bx: 'BSD',
    Fx: 'FreeBSD',
    Nx: 'NetBSD',
    Ox: 'OpenBSD',
    Dx: 'DragonFly',
    Ux: 'UNIX',
    At: 'AT&T UNIX',
  }),
);
/** Macros whose words are shown as they are. */
const plain = new Set(
  'Ar Cm Ic Ev Pa Va Vt Fa Ft Dv Er Em Sy Li No Ad An Cd Fd Lk Mt Ms Tn St Lb Sx Nm Nd Fl Xr Fn Eo Ec Ap Bt Ud Xo Xc'.split(
    ' ',
  ),
);
const declarations = new Set(['Nm', 'In', 'Fd', 'Ft', 'Fn', 'Fo', 'Vt', 'Cd']);
const references = /^%[A-Z]$/;
const known = new Set([
  ...quotes.keys(),
  ...opening.keys(),
  ...closing.keys(),
  ...texts.keys(),
  ...plain,
  'Ns',
  'Pf',
  'Ta',
]);
const quiet = new Set('Bf Ef Dd Dt Os Sm Bk Ek Rs Re Ds De Db Hf'.split(' '));
const closers = /^[.,:;)\]?!]$/;
const openers = /^[([]$/;

export class MdocLines {
  readonly #page: ManualPage;
  readonly #shown: (text: string) => string;
  #name = '';
  /** Kinds of the lists around this place. */
  readonly #lists: string[] = [];
  #isPage = false;
  #isSynopsis = false;
  /** A function whose arguments stand on lines of their own: `Fo`, some `Fa`, `Fc`. */
  #function: { name: string; given: string[] } | undefined;

  constructor(page: ManualPage, shown: (text: string) => string) {
    this.#page = page;
    this.#shown = shown;
  }

  /** @returns whether the line is one of mdoc's, and was read */
  take(name: string, rest: string, line: number): boolean {
    if (name === 'Dd') this.#isPage = true;
    if (!this.#isPage) return false;
    const page = this.#page;
    const words = wordsOf(rest);
    if (name === 'Dt') page.heading(`${this.#shown(words[0] ?? '')}(${words[1] ?? ''})`, 1, line);
    else if (quiet.has(name) || (name === 'An' && /^-(?:no)?split/.test(rest))) return true;
    else if (name === 'Sh' || name === 'Ss') this.#heading(name, words, line);
    else if (name === 'Pp' || name === 'Lp') page.end();
    else if (name === 'Bl') this.#lists.push(words[0] ?? '');
    else if (name === 'El') {
      this.#lists.pop();
      page.end();
    } else if (name === 'It') page.item(this.#itemTerm(words), line);
    else if (name === 'Bd') {
      page.end();
      page.fill(!/-(?:literal|unfilled)/.test(rest));
    } else if (name === 'Ed') page.fill(true);
    else if (name === 'D1' || name === 'Dl') {
      page.break();
      page.add(this.#inline(words), line);
      page.break();
    } else if (name === 'Ex' || name === 'Rv') this.#standard(name, words, line);
    else if (name === 'Fo') {
      this.#breakSynopsis(name);
      this.#function = { name: this.#shown(words[0] ?? ''), given: [] };
    } else if (name === 'Fa' && this.#function) this.#function.given.push(...words.map(this.#shown));
    else if (name === 'Fc') {
      const { name: called, given } = this.#function ?? { name: '', given: [] };
      page.add(`${called}(${given.join(', ')})${words.filter((one) => closers.test(one)).join('')}`, line);
      this.#function = undefined;
    } else if (known.has(name) || references.test(name)) {
      this.#breakSynopsis(name);
      if (this.#isSynopsis && name === 'In') page.add('#include', line);
      page.add(this.#inline([name, ...words]), line);
    } else return false;
    return true;
  }

  #heading(name: 'Sh' | 'Ss', words: readonly string[], line: number): void {
    const title = this.#inline(words);
    this.#function = undefined;
    if (name === 'Sh') this.#isSynopsis = words[0] === 'SYNOPSIS';
    this.#page.heading(title, name === 'Sh' ? 2 : 3, line);
  }

  /** Each way to call a program, and each declaration, begins on a line of its own there. */
  #breakSynopsis(name: string): void {
    if (this.#isSynopsis && declarations.has(name)) this.#page.break();
  }

  #itemTerm(words: readonly string[]): string {
    const kind = this.#lists.at(-1) ?? '';
    if (kind === '-bullet' || kind === '-dash' || kind === '-hyphen') return '-';
    return this.#inline(words);
  }

  #standard(name: string, words: readonly string[], line: number): void {
    const of = words.slice(1).join(', ') || this.#name;
    const text =
      name === 'Ex'
        ? `The ${of} utility exits 0 on success, and >0 if an error occurs.`
        : `The ${of}() function returns the value 0 if successful; otherwise the value -1 is returned.`;
    this.#page.add(text, line);
  }

  /** Words of a line, some of which are macros. */
  #inline(words: readonly string[]): string {
    let text = '';
    let isJoined = true;
    /** Signs to close at the end of the line. */
    const ends: string[] = [];
    const put = (piece: string, joins = false) => {
      if (piece === '') return;
      text += isJoined || joins || text === '' ? piece : ` ${piece}`;
      isJoined = false;
    };
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      const next = words[i + 1];
      const isLast = next === undefined || known.has(next) || closers.test(next);
      const quote = quotes.get(word);
      if (quote) {
        put(quote[0]);
        isJoined = true;
        ends.unshift(quote[1]);
      } else if (opening.has(word)) {
        put(opening.get(word)!);
        isJoined = true;
      } else if (closing.has(word)) put(closing.get(word)!, true);
      else if (texts.has(word)) put(texts.get(word)!);
      else if (word === 'Ns' || word === 'Ap') {
        isJoined = true;
        if (word === 'Ap') text += "'";
      } else if (word === 'Pf') {
        put(this.#shown(next ?? ''));
        isJoined = true;
        i++;
      } else if (word === 'Ta') put('|');
      else if (word === 'Fl') {
        put('-');
        isJoined = !isLast;
      } else if (word === 'Nm') {
        if (isLast) put(this.#name);
        else if (this.#name === '') this.#name = this.#shown(next);
      } else if (word === 'Ar' && isLast) put('file ...');
      else if (word === 'Nd') put('–');
      else if (word === 'Xr' && next !== undefined) {
        const section = words[i + 2];
        const isNumbered = section !== undefined && /^\d\w{0,5}$/.test(section);
        put(isNumbered ? `${this.#shown(next)}(${section})` : this.#shown(next));
        i += isNumbered ? 2 : 1;
      } else if (word === 'Fn' && next !== undefined) {
        const given = words.slice(i + 2).filter((one) => !closers.test(one));
        put(`${this.#shown(next)}(${given.map(this.#shown).join(', ')})`);
        i += 1 + given.length;
      } else if (plain.has(word) || references.test(word)) continue;
      else if (closers.test(word)) {
        // Signs at the end stand after the brackets.
        if (ends.length > 0 && words.slice(i).every((one) => closers.test(one))) {
          text += ends.join('');
          ends.length = 0;
        }
        put(word, true);
      } else {
        put(this.#shown(word));
        isJoined = openers.test(word);
      }
    }
    return text + ends.join('');
  }
}
