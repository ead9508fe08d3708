// How many columns of a terminal a text takes, and lines that fit: a Chinese letter or an emoji takes two.
import stringWidth from 'string-width';
import { Layout } from './layout.js';
import type { Printable } from './printable.js';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const layout = new Layout({
  columnsOf: (text) => (/^[ -~]*$/.test(text) ? text.length : stringWidth(text)),
  segments: (text) => graphemes.segment(text),
});

/** Columns that it takes; escapes of a style take none. */
export const columnsOf = (text: string): number => layout.columnsOf(text);

/** As {@link Layout.wrapped}. */
export const wrapped = (text: Printable, width: number): Printable[] => layout.wrapped(text, width);

/** As {@link Layout.sentenceLines}. */
export const sentenceLines = (text: Printable, width: number): Printable[] =>
  layout.sentenceLines(text, width);

/** As {@link Layout.cut}. */
export const cut = (text: Printable, width: number): Printable => layout.cut(text, width);

/** As {@link Layout.padEnd}. */
export const padEnd = (text: Printable, width: number): Printable => layout.padEnd(text, width);

/** As {@link Layout.padStart}. */
export const padStart = (text: Printable, width: number): Printable => layout.padStart(text, width);
