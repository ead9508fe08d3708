// Reads RTF from its start to its end: groups, control words and characters.
import type { TextBuilder } from '../../../blocks/text-builder.js';
import { decodePage, isWide } from './charsets.js';
import { Fonts } from './fonts.js';
import { Stories } from './stories.js';
import type { Story } from './story.js';
import { levelOf, StyleSheet } from './style-sheet.js';
import { characters, quietGroups, storyGroups, textGroups } from './words.js';

/** Groups within each other that have settings of their own; deeper ones share those of the last. */
const maxDepth = 1000;
/** Characters of the number of an item; more in a file that puts the item there. */
const maxMarker = 10_000;
/** Characters of a field's instruction that are looked at. */
const maxInstruction = 100;
/** Fields that change from page to page. */
const pageField = /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES)\b/i;
const maxListDepth = 8;
const control = /\\([A-Za-z]{1,32})(-?\d{1,10})? ?/y;
const plain = /[^\\{}\r\n\x80-\xff]+/y;

/** Settings of a group, which end with it. */
interface Group {
  /** What the group is for: `fonttbl`, `footnote`; '' for text. */
  kind: string;
  isQuiet: boolean;
  /** Characters that follow a `\u` for old readers. */
  fallback: number;
  page: number;
  /** Number of the font. */
  font: number;
  isHidden: boolean;
}

export class RtfReader {
  readonly #rtf: string;
  readonly #stories: Stories;
  readonly #groups: Group[] = [];
  /** Groups beyond the max depth. */
  #deeper = 0;
  readonly #fonts = new Fonts();
  readonly #styles = new StyleSheet();
  #group: Group = { kind: '', isQuiet: false, fallback: 1, page: 1252, font: -1, isHidden: false };
  #isStarred = false;
  #isFirstWord = false;
  /** Bytes of characters that are not decoded yet. */
  #bytes: number[] = [];
  /** Characters still to skip after a `\u`. */
  #skip = 0;
  #documentPage = 1252;
  #font = 0;
  #marker = '';
  /** Of the last field: `PAGE`. */
  #instruction = '';
  #isHeaderRow = false;

  constructor(bytes: Buffer, builder: TextBuilder) {
    this.#rtf = bytes.toString('latin1');
    this.#stories = new Stories(builder);
  }

  read(): void {
    const rtf = this.#rtf;
    for (let at = 0; at < rtf.length; ) {
      const char = rtf[at]!;
      if (char === '\\') {
        at = this.#control(at);
      } else if (char === '{') {
        this.#open();
        at++;
      } else if (char === '}') {
        this.#close();
        at++;
      } else if (char === '\r' || char === '\n') {
        at++;
      } else if (char >= '\x80') {
        this.#byte(rtf.charCodeAt(at++));
      } else {
        plain.lastIndex = at;
        const run = plain.exec(rtf)![0];
        this.#text(run);
        at += run.length;
      }
    }
    this.#flush();
    this.#stories.endAll();
  }

  get #story(): Story {
    return this.#stories.current;
  }

  #open(): void {
    this.#flush();
    this.#skip = 0;
    if (this.#groups.length >= maxDepth) {
      this.#deeper++;
      return;
    }
    this.#groups.push(this.#group);
    this.#group = { ...this.#group };
    this.#isFirstWord = true;
    this.#isStarred = false;
  }

  #close(): void {
    this.#flush();
    this.#skip = 0;
    if (this.#deeper > 0) {
      this.#deeper--;
      return;
    }
    const ended = this.#group;
    this.#group = this.#groups.pop() ?? this.#group;
    if (ended.kind === this.#group.kind) return;
    if (ended.kind === 'style') this.#styles.end();
    else if (ended.kind === 'listtext') this.#story.mark(this.#marker);
    else if (storyGroups.has(ended.kind)) this.#stories.end();
  }

  /** @returns the place after the control word or sign at `at` */
  #control(at: number): number {
    const sign = this.#rtf[at + 1];
    if (sign === "'") {
      const byte = Number.parseInt(this.#rtf.slice(at + 2, at + 4), 16);
      if (!Number.isNaN(byte)) this.#byte(byte);
      return at + 4;
    }
    control.lastIndex = at;
    const word = control.exec(this.#rtf);
    if (word) {
      const value = word[2] === undefined ? undefined : Number(word[2]);
      // Bytes of any values follow.
      if (word[1] === 'bin') return control.lastIndex + Math.max(0, value ?? 0);
      this.#word(word[1]!, value);
      this.#isFirstWord = false;
      return control.lastIndex;
    }
    if (sign === '*') this.#isStarred = true;
    else if (sign === '~') this.#text('\u00a0');
    else if (sign === '_') this.#text('-');
    else if (sign === '\\' || sign === '{' || sign === '}') this.#text(sign);
    else if (sign === '\r' || sign === '\n') this.#word('par', undefined);
    return at + 2;
  }

  #word(word: string, value: number | undefined): void {
    if (word !== 'u') this.#flush();
    if (this.#isFirstWord && this.#begins(word)) return;
    const group = this.#group;
    const character = characters.get(word);
    if (character !== undefined) this.#text(character);
    else if (word === 'u') this.#unicode(value ?? 0);
    else if (word === 'uc') group.fallback = Math.min(100, Math.max(0, value ?? 1));
    else if (word === 'v' || word === 'deleted') group.isHidden = value !== 0;
    else if (!this.#pageWord(word, value)) {
      if (group.kind === 'style') this.#styles.word(word, value);
      else if (group.kind === 'listtext' && word === 'par') this.#endMarker();
      else if (!group.isQuiet && group.kind !== 'listtext') this.#paragraphWord(word, value);
    }
  }

  /** AbiWord puts items without a number where others have only their number. */
  #endMarker(): void {
    this.#story.add(this.#marker);
    this.#marker = '';
    this.#story.endParagraph();
  }

  /** @returns whether the word says in which encoding the bytes are */
  #pageWord(word: string, value: number | undefined): boolean {
    const group = this.#group;
    if (word === 'ansicpg' || word === 'mac') {
      this.#documentPage = word === 'mac' ? 10000 : (value ?? 1252);
      group.page = this.#documentPage;
    } else if (word === 'f') {
      this.#font = value ?? 0;
      group.font = this.#font;
      if (group.kind !== 'fonttbl') group.page = this.#fonts.page(this.#font) ?? this.#documentPage;
    } else if (word === 'fcharset') {
      if (group.kind === 'fonttbl') this.#fonts.charset(this.#font, value ?? 0);
    } else if (word === 'plain') {
      group.isHidden = false;
      group.page = this.#documentPage;
      group.font = -1;
    } else {
      return false;
    }
    return true;
  }

  #paragraphWord(word: string, value: number | undefined): void {
    const story = this.#story;
    if (word === 'par' || word === 'sect' || word === 'page') story.endParagraph();
    else if (word === 'cell') story.endCell();
    else if (word === 'row') {
      story.endRow(this.#isHeaderRow);
      this.#isHeaderRow = false;
    } else if (word === 'trowd') this.#isHeaderRow = false;
    else if (word === 'trhdr') this.#isHeaderRow = true;
    else if (word === 'intbl') story.isInTable = true;
    else if (word === 'pard') story.reset();
    else if (word === 's') {
      story.level = this.#styles.levelOf(value ?? 0) ?? story.level;
      story.isCode = this.#styles.isCode(value ?? 0);
    } else if (word === 'outlinelevel') story.level = levelOf(value);
    else if (word === 'ilvl') story.depth = Math.min(maxListDepth, Math.max(0, value ?? 0));
  }

  /** @returns whether the word opens a group of its own kind */
  #begins(word: string): boolean {
    this.#isFirstWord = false;
    const isStarred = this.#isStarred;
    this.#isStarred = false;
    const group = this.#group;
    if (group.kind === 'stylesheet') {
      group.kind = 'style';
      this.#styles.begin();
      return false;
    }
    if (word === 'fonttbl' || word === 'stylesheet') {
      group.kind = word;
      group.isQuiet = true;
    } else if (word === 'listtext' || word === 'pntext') {
      group.kind = 'listtext';
      this.#marker = '';
    } else if (storyGroups.has(word) && !group.isQuiet) {
      group.kind = word;
      this.#stories.begin(word);
    } else if (quietGroups.has(word) || (isStarred && !textGroups.has(word)) || this.#isPageNumber(word)) {
      group.kind = word;
      group.isQuiet = true;
      if (word === 'fldinst') this.#instruction = '';
    } else {
      return false;
    }
    return true;
  }

  /** True for the result of a field that gives the number of a page, in a header or footer. */
  #isPageNumber(word: string): boolean {
    return word === 'fldrslt' && this.#stories.isRunning && pageField.test(this.#instruction);
  }

  #unicode(value: number): void {
    if (this.#skip === 0) this.#flush();
    const code = value < 0 ? value + 0x10000 : value;
    // Half of a character comes in two words.
    this.#put(code <= 0xffff ? String.fromCharCode(code) : '\ufffd');
    this.#skip = this.#group.fallback;
  }

  #byte(byte: number): void {
    if (this.#skip > 0) {
      this.#skip--;
      return;
    }
    this.#bytes.push(byte);
    // A cut would break characters of two bytes.
    if (this.#bytes.length > 4096 && !isWide(this.#group.page)) this.#flush();
  }

  #text(text: string): void {
    let rest = text;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      rest = rest.slice(skipped);
    }
    // The second byte of a character may be a letter: `\'83A`.
    if (this.#bytes.length > 0 && isWide(this.#group.page) && rest !== '') {
      if (decodePage(Buffer.from(this.#bytes), this.#group.page).endsWith('\ufffd')) {
        this.#bytes.push(rest.charCodeAt(0));
        rest = rest.slice(1);
      }
    }
    this.#flush();
    this.#put(rest);
  }

  #flush(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes;
    this.#bytes = [];
    this.#put(this.#fonts.decode(bytes, this.#group.font, this.#group.page), true);
  }

  /** @param isSigns the text is decoded by its font already */
  #put(text: string, isSigns = false): void {
    const { kind, isQuiet, isHidden, font } = this.#group;
    const shown = isSigns ? text : this.#fonts.shown(text, font);
    if (kind === 'fonttbl') this.#fonts.name(font, text);
    else if (kind === 'style') this.#styles.name(text);
    else if (kind === 'fldinst') this.#instruction = `${this.#instruction}${text}`.slice(0, maxInstruction);
    else if (kind === 'listtext') this.#marker = `${this.#marker}${shown}`.slice(0, maxMarker);
    else if (!isQuiet && !isHidden) this.#story.add(shown);
  }
}
