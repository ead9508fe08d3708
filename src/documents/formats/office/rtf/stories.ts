// The stories of an RTF document that are open: its text, and the notes, comments, boxes, headers and footers within it.
import { TextBuilder } from '../../../blocks/text-builder.js';
import { Story } from './story.js';
import { runningGroups } from './words.js';

export class Stories {
  readonly #builder: TextBuilder;
  readonly #open: { story: Story; builder: TextBuilder; kind: string }[] = [];
  /** Texts of headers and footers that are written. */
  readonly #running = new Set<string>();
  /** They stand at the end. */
  readonly #footers: string[] = [];

  constructor(builder: TextBuilder) {
    this.#builder = builder;
    this.#open.push({ story: new Story(builder), builder, kind: '' });
  }

  get current(): Story {
    return this.#open.at(-1)!.story;
  }

  /** In a header or footer. */
  get isRunning(): boolean {
    return this.#open.some(({ kind }) => runningGroups.has(kind));
  }

  begin(kind: string): void {
    const builder = kind === 'shptxt' ? this.#builder : new TextBuilder();
    this.#open.push({ story: new Story(builder, kind === 'annotation' ? 'Comment' : ''), builder, kind });
  }

  /** Ends the current one, unless it is the document's text. Notes follow their paragraph; headers and footers stand once. */
  end(): void {
    if (this.#open.length === 1) return;
    const { story, builder, kind } = this.#open.pop()!;
    story.end();
    if (kind === 'shptxt') return;
    const { text } = builder.finish();
    if (!runningGroups.has(kind)) {
      this.current.note(text);
    } else if (!this.#running.has(text)) {
      this.#running.add(text);
      if (kind.startsWith('footer')) this.#footers.push(text);
      else this.#builder.add('paragraph', text);
    }
  }

  endAll(): void {
    while (this.#open.length > 1) this.end();
    this.current.end();
    for (const text of this.#footers) this.#builder.add('paragraph', text);
  }
}
