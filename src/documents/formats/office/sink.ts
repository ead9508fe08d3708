// Where the blocks of an office document go: into its text, or, of a cell or a note, into one line.
import { oneLine } from '../../../text/one-line.js';
import type { BlockKind } from '../../../types/document.js';
import type { BlockDetails } from '../../blocks/text-builder.js';
import type { Piece } from './drawing/paragraphs.js';

/** `TextBuilder` is one. */
export interface Sink {
  add(kind: BlockKind, text: string, details?: BlockDetails): void;
  heading(text: string, level: number, details?: BlockDetails): void;
}

/** Keeps the texts of all blocks. */
export class TextSink implements Sink {
  readonly texts: string[] = [];

  add(_: BlockKind, text: string): void {
    if (text.trim() !== '') this.texts.push(text.trim());
  }

  heading(text: string): void {
    this.add('heading', text);
  }

  line(): string {
    return oneLine(this.texts.join(' '));
  }
}

/** Puts lines of code that follow each other into one block. Any other block ends it. */
export class CodeSink implements Sink {
  readonly #sink: Sink;
  #code: string[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  code(line: string): void {
    this.#code.push(line);
  }

  /** A blank line within code belongs to it. */
  blank(): void {
    if (this.#code.length > 0) this.#code.push('');
  }

  add(kind: BlockKind, text: string, details?: BlockDetails): void {
    this.end();
    this.#sink.add(kind, text, details);
  }

  heading(text: string, level: number, details?: BlockDetails): void {
    this.end();
    this.#sink.heading(text, level, details);
  }

  piece({ kind, text, context }: Piece): void {
    this.add(kind, text, context === undefined ? {} : { context });
  }

  /** Ends the code that is open. */
  end(): void {
    const code = this.#code;
    this.#code = [];
    if (code.length > 0) this.#sink.add('code', code.join('\n'));
  }
}
