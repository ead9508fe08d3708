// Where the blocks of an office document go: into its text, or, of a cell or a note, into one line.
import { oneLine } from '../../../text/one-line.js';
import type { BlockKind } from '../../../types/document.js';
import type { BlockDetails } from '../../blocks/text-builder.js';

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
