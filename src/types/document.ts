// src/types: what one stage hands to the next, as types; a file for each noun.
//
// A run's flow: a document with its blocks and chunks (here), the embedder that gives a vector of a space for each chunk
// (embedder.ts, vector.ts, space.ts) by requests (requests.ts), the cache that keeps vectors (cache.ts), and the
// failures that the output names (failure.ts).
// What must hold: nothing here imports a file outside of this folder, so that every stage can import it. Types only.
// Look first at embedder.ts and cache.ts: their comments say what every embedder and every cache promises.
import type { Json } from './json.js';

/** What a block is; the splitter treats kinds alike except where it says so. */
export type BlockKind = 'heading' | 'paragraph' | 'item' | 'code' | 'table' | 'record';

/**
 * A piece of a document's structure, found by its format: `text.slice(start, end)`.
 * Blocks are in order, do not overlap, and together cover all non-blank text.
 */
export interface Block {
  kind: BlockKind;
  /** JavaScript string index of the first character. */
  start: number;
  /** JavaScript string index after the last character. */
  end: number;
  /** 1-based line of the file on which the block starts. */
  line: number;
  /** 1-based page, for formats that have pages. */
  page?: number;
  /**
   * Opens a section of this depth (1 = outermost): a heading, a class, a function. Without a `title` it only ends the
   * sections of this depth, and of deeper ones: text after a list of entries belongs to the section around the list.
   */
  level?: number;
  /** The section's name, without markup. */
  title?: string;
  /** A table's header row, in one line. It goes with every chunk of the table that doesn't hold it. */
  context?: string;
}

/** A file or record with an address, as text. */
export interface Document {
  /** POSIX path relative to the output's parent folder when inside it, else absolute; `file#id` for records. */
  source: string;
  /** Name of the format that read it: `markdown`, `html`, `pdf` … */
  format: string;
  /** The extracted text. All offsets point into it. */
  text: string;
  blocks: Block[];
  /** The user's own data (records, front matter); passed on to every row. */
  metadata?: { [key: string]: Json };
}

/** An exact slice of a document's text, small enough for the embedder. */
export interface Chunk {
  source: string;
  /** 0-based position among the document's chunks. */
  index: number;
  /** JavaScript string indices into the document's text: `text === document.text.slice(start, end)`. */
  start: number;
  end: number;
  text: string;
  /**
   * What is embedded before `text`, in lines of its own: the header row of a table of which the chunk holds other rows,
   * and with `--context headings` the titles of the sections around it. Absent where there is nothing to add.
   */
  context?: string;
  /** The tables in it whose header rows it holds, by indices into the document's text: a part of the chunk may need the row. */
  tables?: readonly { start: number; end: number; row: string }[];
  /** Tokens of `context` and `text` as the counter sees them, without special tokens and prefix. */
  tokens: number;
  /** 1-based line of the file on which the chunk starts. */
  line: number;
  page?: number;
  /** Titles of the sections around the chunk, outermost first. */
  heading: string[];
  /** SHA-256 of `text` (UTF-8), lower-case hex. */
  hash: string;
  /** SHA-256 of what is embedded, context and text (UTF-8), lower-case hex: chunks with the same key share a vector. */
  key: string;
  /** How many earlier chunks of this document have the same text. */
  occurrence: number;
  metadata?: { [key: string]: Json };
}
