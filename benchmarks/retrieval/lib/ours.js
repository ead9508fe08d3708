// The chunks of embed: its own ingest of the corpora's folders, and the rows of the index that it writes.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from '../../../dist/documents/extract.js';
import { ingest, loadSettings } from '../../../dist/index.js';
import { cacheFolder, corpora, corpusFiles, corpusFolder } from './corpora.js';
import { vectorCache } from './vectors.js';

/**
 * Makes the index anew, as `embed ingest` does.
 * @param flags those of the command line, by setting key: `{ chunkSize: '256' }`
 */
export async function ourRows(flags = {}) {
  const out = join(cacheFolder, 'index');
  rmSync(out, { recursive: true, force: true });
  const { settings } = await loadSettings({
    flags: { out, embedder: 'builtin', format: ['jsonl', 'npy'], gitignore: false, ...flags },
    env: {},
    cwd: cacheFolder,
  });
  const { failures } = await ingest({
    paths: corpora.map(corpusFolder),
    settings: { ...settings, ...vectorCache },
  });
  if (failures.length > 0)
    console.error(`  embed: ${failures.length} failures, the first: ${JSON.stringify(failures[0])}`);
  return readFileSync(join(out, 'chunks.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { text, embedding, metadata } = JSON.parse(line);
      // The output's folder is beside `corpora`, so that sources are `corpora/python/…`.
      const { source, start, heading, tokens, context } = metadata;
      return {
        source: source.replace(/^corpora\//, ''),
        text,
        start,
        heading,
        tokens,
        context,
        vector: Float32Array.from(embedding),
      };
    });
}

/** What the readers of embed make of each file: text and blocks. */
export async function ourDocuments() {
  const documents = new Map();
  for (const corpus of corpora)
    for (const path of corpusFiles(corpus)) {
      const source = `${corpus.name}/${path}`;
      const { documents: found } = await extract(readFileSync(join(corpusFolder(corpus), path)), source);
      documents.set(source, found[0]);
    }
  return documents;
}
