// LangChain.js's indexing (its record manager and its store of PostgreSQL) of the rows of an output, and once more when nothing
// has changed. Prints the seconds of both, and of the processor. The vectors come from the output, so that none are computed.
//
// node langchain-index.js DIST OUT ADDRESS         OUT is made by rows.js; run `npm ci` in this folder first
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PostgresRecordManager } from '@langchain/community/indexes/postgres';
import { PGVectorStore } from '@langchain/community/vectorstores/pgvector';
import { index } from '@langchain/core/indexing';
import pg from 'pg';

const [dist, out, address] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dist, name)).href);
const { openOutput } = await load('output/read/output.js');
const { rowBatches } = await load('sync/output-rows.js');

const output = await openOutput(out);
const documents = [];
const vectors = new Map();
const options = { most: 1000, wants: () => true, sumOf: () => '0'.repeat(32) };
for await (const { rows } of rowBatches(output, options)) {
  for (const { id, text, metadata, vector } of rows) {
    documents.push({ pageContent: text, metadata: JSON.parse(metadata), id });
    vectors.set(text, Array.from(vector));
  }
}
const embeddings = {
  embedDocuments: async (texts) => texts.map((text) => vectors.get(text)),
  embedQuery: async () => [],
};
const pool = new pg.Pool({ connectionString: address });
await pool.query('DROP TABLE IF EXISTS langchain, langchain_records');
await pool.query('CREATE EXTENSION IF NOT EXISTS vector');
const vectorStore = await PGVectorStore.initialize(embeddings, { pool, tableName: 'langchain' });
const recordManager = new PostgresRecordManager('bench', { pool, tableName: 'langchain_records' });
await recordManager.createSchema();

async function timed() {
  const start = performance.now();
  const used = process.cpuUsage();
  const counts = await index({
    docsSource: documents,
    recordManager,
    vectorStore,
    options: { cleanup: 'full', sourceIdKey: 'source', batchSize: 1000 },
  });
  const { user, system } = process.cpuUsage(used);
  return { ...counts, seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

const first = await timed();
const again = await timed();
const memory = process.resourceUsage().maxRSS / 1024;
// The store has a client of the pool until its own end.
await vectorStore.end();
console.log(JSON.stringify({ first, again, memory }));
