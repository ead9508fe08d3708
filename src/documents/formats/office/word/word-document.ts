// The parts of a Word document beside its text: styles, lists, notes and comments.

import { listNumber } from '../list-numbers.js';
import type { OfficePackage } from '../package.js';
import { attribute, elements, type XmlElement } from '../xml.js';
import { Numbering } from './numbering.js';
import type { NoteReference } from './runs.js';
import { Styles } from './styles.js';

/** A note, with its mark, for the end of its section. */
export interface Note {
  mark: string;
  content: XmlElement;
  /** Name of its part, for what is related to it. */
  part: string;
  isComment: boolean;
}

const lists = { footnote: 'footnotes', endnote: 'endnotes', comment: 'comments' } as const;
const formats = { footnote: 'decimal', endnote: 'lowerRoman' } as const;

export class WordDocument {
  readonly office: OfficePackage;
  readonly source: string;
  readonly main: string;
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly #notes = new Map<NoteReference['kind'], { part: string; byId: Map<string, XmlElement> }>();
  readonly #counts = { footnote: 0, endnote: 0 };

  constructor(office: OfficePackage, source: string, main: string) {
    this.office = office;
    this.source = source;
    this.main = main;
    this.styles = new Styles(this.part('styles'));
    this.numbering = new Numbering(this.part('numbering'), this.styles);
  }

  /** The outermost element of the part that the text has of this type. */
  part(type: string): XmlElement | undefined {
    return this.office.xml(this.office.related(this.main, type)[0]?.target);
  }

  /** Counts a note. @returns its mark; '' where none is shown */
  mark({ kind, hasOwnMark }: NoteReference): string {
    if (kind === 'comment' || hasOwnMark) return '';
    return `[${listNumber(++this.#counts[kind], formats[kind])}]`;
  }

  note({ kind, id }: NoteReference, mark: string): Note | undefined {
    let list = this.#notes.get(kind);
    if (list === undefined) {
      const part = this.office.related(this.main, lists[kind])[0]?.target ?? '';
      const notes = elements(this.office.xml(part));
      list = { part, byId: new Map(notes.map((note) => [attribute(note, 'w:id') ?? '', note])) };
      this.#notes.set(kind, list);
    }
    const content = list.byId.get(id);
    return content && { mark, content, part: list.part, isComment: kind === 'comment' };
  }
}
