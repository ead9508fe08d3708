// The same job with LangChain.js: folder → splitter → Ollama through its Redis cache → JSON Lines.
// In batches, as its users with many documents write it; `embedDocuments` of all at once sends one request.
//
// node langchain.js FOLDER OUT.jsonl OLLAMA_URL REDIS_URL BATCH_SIZE CONCURRENCY
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { DirectoryLoader } from '@langchain/classic/document_loaders/fs/directory';
import { TextLoader } from '@langchain/classic/document_loaders/fs/text';
import { CacheBackedEmbeddings } from '@langchain/classic/embeddings/cache_backed';
import { RedisByteStore } from '@langchain/community/storage/ioredis';
import { OllamaEmbeddings } from '@langchain/ollama';
import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters';
import { Redis } from 'ioredis';

const [folder, out, baseUrl, redisUrl, batchSize, concurrency] = process.argv.slice(2);
const start = performance.now();

const documents = await new DirectoryLoader(folder, { '.md': (path) => new TextLoader(path) }).load();
const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 1000, chunkOverlap: 150 });
const chunks = await splitter.splitDocuments(documents);

const client = new Redis(redisUrl);
const model = 'all-minilm';
const embeddings = CacheBackedEmbeddings.fromBytesStore(
  new OllamaEmbeddings({ model, baseUrl, maxConcurrency: Number(concurrency) }),
  new RedisByteStore({ client }),
  { namespace: model },
);

const file = createWriteStream(out);
let next = 0;
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
file.end();
await finished(file);
await client.quit();
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ documents: documents.length, chunks: chunks.length, seconds }));

async function worker() {
  while (next < chunks.length) {
    const batch = chunks.slice(next, next + Number(batchSize));
    next += batch.length;
    const vectors = await embeddings.embedDocuments(batch.map(({ pageContent }) => pageContent));
    for (const [index, { pageContent, metadata }] of batch.entries()) {
      const row = { source: metadata.source, text: pageContent, embedding: vectors[index] };
      if (!file.write(`${JSON.stringify(row)}\n`)) await new Promise((resume) => file.once('drain', resume));
    }
  }
}
