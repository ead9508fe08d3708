// Vectors of texts by the built-in embedder, kept on disk by text: a second run embeds what is new.
import { join } from 'node:path';
import { BatchOrchestrator } from '../../../dist/index.js';
import { cacheFolder } from './corpora.js';

/** The disk cache of embed itself, for the indexes and for single texts. */
export const vectorCache = {
  cache: 'disk',
  cacheDir: join(cacheFolder, 'vectors'),
  cacheMaxSize: 4 * 2 ** 30,
};

/** Texts that are handed over at once. */
const portion = 512;

/** @returns open it, embed with it, stop it */
export function openEmbedder() {
  return new BatchOrchestrator({ embedder: 'builtin', cacheMaxMemoryMb: 0, ...vectorCache }).start();
}

/** One vector a text; undefined for a text that the embedder refuses, such as one without any letter that it knows. */
export async function embedAll(embedder, texts, log) {
  const vectors = [];
  for (let first = 0; first < texts.length; first += portion) {
    const outcomes = await embedder.processEmbeddingsBatch(texts.slice(first, first + portion));
    for (const { vector } of outcomes) vectors.push(vector);
    if (first % (portion * 8) === 0) log(`  ${first} of ${texts.length} texts`);
  }
  return vectors;
}
