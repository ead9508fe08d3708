// ODP (Impress) and ODG (Draw): each page a section under its title, with its notes. Pages are numbers of slides.
import type { BlockKind } from '../../../types/document.js';
import { type BlockDetails, TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { OdfPackage } from './odf/odf-package.js';
import { OdfStory } from './odf/odf-story.js';
import { OdfStyles } from './odf/odf-styles.js';
import { type Sink, TextSink } from './sink.js';
import { attribute, descendants, elements, find, type XmlElement } from './xml.js';

/** Bytes of XML; pictures are never unpacked. */
const maxUnpackedBytes = 64 * 1024 * 1024;
/** Parts that most slides repeat. */
const running = new Set(['header', 'footer', 'date-time', 'page-number', 'page']);

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OdfPackage(bytes, source, 'a presentation of the kind .odp', maxUnpackedBytes);
  const content = office.content();
  const styles = new OdfStyles(office.styles(), content);
  const builder = new TextBuilder();
  const read = (element: XmlElement, sink: Sink) => new OdfStory(office, styles, sink).read(element);
  let number = 0;
  for (const page of descendants(content, 'draw:page')) {
    number++;
    const shapes = elements(page);
    const notes = elements(find(page, 'presentation:notes'));
    const title = shapes.find((shape) => attribute(shape, 'presentation:class') === 'title');
    const sink = new PageSink(builder, number);
    const titleSink = new TextSink();
    if (title) read(title, titleSink);
    sink.heading(titleSink.line(), 1);
    for (const shape of [...shapes, ...notes]) {
      const kind = attribute(shape, 'presentation:class') ?? '';
      if (shape !== title && !running.has(kind)) read({ name: '', attributes: [], children: [shape] }, sink);
    }
  }
  return one({ source, format: 'odp', ...builder.finish() });
}

/** Puts the number of the page on each block. A page without a title is a section, too. */
class PageSink implements Sink {
  readonly #builder: TextBuilder;
  readonly #page: number;
  #isOpen = false;

  constructor(builder: TextBuilder, page: number) {
    this.#builder = builder;
    this.#page = page;
  }

  add(kind: BlockKind, text: string, details: BlockDetails = {}): void {
    if (text.trim() === '') return;
    const opens = this.#isOpen ? {} : { level: 1, title: `Slide ${this.#page}` };
    this.#isOpen = true;
    this.#builder.add(kind, text, { page: this.#page, ...opens, ...details });
  }

  heading(text: string, level: number): void {
    if (text.trim() === '') return;
    this.#isOpen = true;
    this.#builder.heading(text, level, { page: this.#page });
  }
}
