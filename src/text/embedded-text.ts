// The text that a chunk's vector is of, and the key under which that vector is kept: in the journal, the cache, the
// manifest and the rows of an output.
import { sha256 } from './sha256.js';

/** What is embedded for a chunk, after the model's prefix: its context, if it has one, in lines of its own before its text. */
export function embeddedText(chunk: { text: string; context?: string | undefined }): string {
  return chunk.context === undefined ? chunk.text : `${chunk.context}\n${chunk.text}`;
}

/** SHA-256 of {@link embeddedText}: equal texts with other contexts have other vectors. Without a context, that of the text. */
export function embeddingKey(chunk: { text: string; context?: string | undefined }): string {
  return sha256(embeddedText(chunk));
}
