// Manual pages (roff, with the macros man or mdoc): what `man` shows, without its running lines. Sections are under the name
// of the page.
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { unescaped } from './roff/escapes.js';
import { MdocLines } from './roff/mdoc.js';
import { ManualPage } from './roff/page.js';
import { type RoffLine, RoffSource, wordsOf } from './roff/requests.js';
import { roffTable } from './roff/table.js';

/** Macros whose arguments take turns in two fonts: they are one word. */
const turns = new Set(['BI', 'BR', 'IB', 'IR', 'RB', 'RI']);
const fonts = new Set(['B', 'I', 'R', 'SM', 'SB', 'CW', 'P!']);
const paragraphs = new Set(['PP', 'LP', 'P', 'HP', 'Sp', 'sp', 'RS', 'RE', 'YS', 'bp', 'Pp']);
/** Requests without words. */
const quiet = new Set(
  'so nh hy ad na ll in ti ta ft ps vs ne rs rm nr tr fam lf mk rt ss cs bd pl po pn rn di da wh ch dt it em ev rd ex nx pi tm sy hw hc lg ul cu uf lt tl pc nm nn mc ec eo IX UC AT PD DT pso mso cp ftr color defcolor ce rj do blm itc char warn'.split(
    ' ',
  ),
);

export function extract({ bytes, source }: FormatInput): Extraction {
  const page = new ManReader(new RoffSource(decode(bytes))).read();
  return one({ source, format: 'man', ...page.builder.finish() });
}

class ManReader {
  readonly #source: RoffSource;
  readonly #page = new ManualPage();
  readonly #mdoc: MdocLines;
  /** The next line of text is the term of an item, or a heading of this level. */
  #awaited: 'term' | 'also-term' | number | undefined;
  #link = '';

  constructor(source: RoffSource) {
    this.#source = source;
    this.#mdoc = new MdocLines(this.#page, (text) => this.#shown(text));
  }

  read(): ManualPage {
    for (let line = this.#source.next(); line; line = this.#source.next()) this.#take(line);
    this.#page.end();
    return this.#page;
  }

  #take({ name, rest, line }: RoffLine): void {
    const page = this.#page;
    if (name === '') {
      if (rest.trim() === '') {
        if (page.isFilled) page.end();
        else page.add('', line);
        return;
      }
      this.#text(this.#shown(rest), line);
      if (rest.endsWith('\\c')) page.join();
    } else if (name === 'TH') {
      const [title = '', section = ''] = this.#words(rest);
      page.heading(section === '' ? title : `${title}(${section})`, 1, line);
    } else if (name === 'SH' || name === 'SS') {
      const level = name === 'SH' ? 2 : 3;
      const title = this.#words(rest).join(' ');
      if (title === '') this.#awaited = level;
      else page.heading(title, level, line);
    } else if (this.#mdoc.take(name, rest, line) || quiet.has(name)) {
      return;
    } else if (turns.has(name)) {
      this.#text(this.#words(rest).join(''), line);
    } else if (fonts.has(name)) {
      this.#text(this.#words(rest).join(' '), line);
    } else {
      this.#request(name, rest, line);
    }
  }

  #request(name: string, rest: string, line: number): void {
    const page = this.#page;
    if (paragraphs.has(name)) page.end();
    else if (name === 'TP') {
      page.end();
      this.#awaited = 'term';
    } else if (name === 'TQ') this.#awaited = 'also-term';
    else if (name === 'IP') page.item(this.#words(rest)[0] ?? '', line);
    else if (name === 'nf' || name === 'EX' || name === 'Vb' || name === 'DS') page.fill(false);
    else if (name === 'fi' || name === 'EE' || name === 'Ve' || name === 'DE') page.fill(true);
    else if (name === 'br') page.break();
    else if (name === 'TS') this.#table(line);
    else if (name === 'EQ') this.#text(this.#source.until('EN').join(' '), line);
    else if (name === 'SY') {
      page.end();
      this.#text(this.#words(rest).join(' '), line);
    } else if (name === 'OP') this.#text(`[${this.#words(rest).join(' ')}]`, line);
    else if (name === 'UR' || name === 'MT') this.#link = this.#words(rest)[0] ?? '';
    else if (name === 'UE' || name === 'ME') {
      this.#text(`<${this.#link}>${this.#words(rest).join('')}`, line);
    } else if (name === 'MR') {
      const [topic = '', section = '', end = ''] = this.#words(rest);
      this.#text(`${topic}(${section})${end}`, line);
    } else this.#addedMacro(name, rest, line);
  }

  /** A macro of the page's own, or of another file of groff. */
  #addedMacro(name: string, rest: string, line: number): void {
    const isLink = name === 'URL' || name === 'MTO';
    // Asciidoctor writes `from\c` in front of these, and groff's own set a space.
    if (isLink) this.#page.join(false);
    if (this.#source.setMacro(name, wordsOf(rest), line)) return;
    const [url = '', text = '', end = ''] = isLink ? this.#words(rest) : [];
    if (isLink) this.#text(`${text} <${url}>${end}`.trimStart(), line);
    // Most of those that we can't follow set their words in some way.
    else if (this.#source.macros.has(name)) this.#text(this.#words(rest).join(' '), line);
  }

  #text(text: string, line: number): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited === 'term') this.#page.item(text, line);
    else if (awaited === 'also-term') this.#page.alsoTerm(text);
    else if (awaited !== undefined) this.#page.heading(text, awaited, line);
    else {
      // A line that begins with a space begins on its own.
      if (/^\s/.test(text)) this.#page.break();
      this.#page.add(text, line);
    }
  }

  #table(line: number): void {
    this.#page.end();
    const lines = this.#source.until('TE');
    const { text, ...context } = roffTable(lines, (cell) => this.#shown(cell));
    this.#page.builder.add('table', text, { line, ...context });
  }

  #words(rest: string): string[] {
    return wordsOf(rest).map((word) => this.#shown(word));
  }

  #shown(text: string): string {
    return unescaped(text, this.#source.strings);
  }
}
