// What was read of a file, without holding it: a large file has a million documents, of which each is wanted
// once, at its turn.
import { createHash } from 'node:crypto';
import type { Document, Failure } from '../types.js';

export interface LazyDocument {
  readonly source: string;
  /** SHA-256 of its text and metadata, lower-case hex. */
  hash(): string;
  /** Made anew each time. */
  open(): Document;
}

/** What was read, and which records of the file could not be. */
export interface Reading {
  documents: LazyDocument[];
  failures: Failure[];
}

export function hashOf({ text, metadata }: Pick<Document, 'text' | 'metadata'>): string {
  return createHash('sha256')
    .update(JSON.stringify([text, metadata ?? null]))
    .digest('hex');
}

/** One that is there already. */
export function ready(document: Document): LazyDocument {
  return { source: document.source, hash: () => hashOf(document), open: () => document };
}
