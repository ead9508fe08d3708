// The documents of a file, without holding them all: a large file has a million, and each is needed once, at its turn.
import { createHash } from 'node:crypto';
import type { Document } from '../types/document.js';
import type { Failure } from '../types/failure.js';

export interface LazyDocument {
  readonly source: string;
  /** SHA-256 of its text and metadata, lower-case hex. */
  hash(): string;
  /** Makes the document, at each call. */
  open(): Document;
}

/** The documents that were read, and the records that could not be read. */
export interface Reading {
  documents: LazyDocument[];
  failures: Failure[];
}

export function hashOf({ text, metadata }: Pick<Document, 'text' | 'metadata'>): string {
  return createHash('sha256')
    .update(JSON.stringify([text, metadata ?? null]))
    .digest('hex');
}

/** A document that exists already. */
export function ready(document: Document): LazyDocument {
  return { source: document.source, hash: () => hashOf(document), open: () => document };
}
