// An Ollama that takes its time for each text, one at a time, and gives each a vector from a hash of the text.
// Prints its URL when it is ready.
//
// node servers/hashed.js --per-text MS [--dimensions 64]
//
// To make it hang as a sick one does, stop its process (SIGSTOP): its port takes connections and says nothing.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { dimensions as hashedDimensions, vectorOf } from '../lib/hashed.js';

const { values: flags } = parseArgs({
  options: {
    'per-text': { type: 'string', default: '0' },
    dimensions: { type: 'string', default: String(hashedDimensions) },
  },
});
const perText = Number(flags['per-text']);
const dimensions = Number(flags.dimensions);

const modelName = 'all-minilm:latest';
const details = { format: 'gguf', family: 'bert', families: ['bert'], parameter_size: '23M' };
const info = {
  'general.architecture': 'bert',
  'bert.context_length': 512,
  'bert.embedding_length': dimensions,
};
const model = { name: modelName, model: modelName, digest: '5a'.repeat(32), details };

let texts = 0;
let loaded = false;
let busyUntil = 0;

const routes = {
  '/api/version': () => ({ version: '0.32.15' }),
  '/api/tags': () => ({ models: [model] }),
  '/api/show': () => ({ details, model_info: info, capabilities: ['embedding'] }),
  '/api/ps': () => ({ models: loaded ? [model] : [] }),
  '/_stats': () => ({ texts }),
};

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    if (request.url === '/api/embed') embed(JSON.parse(Buffer.concat(parts)).input, response);
    else send(response, routes[request.url]?.() ?? { error: 'not found' }, routes[request.url] ? 200 : 404);
  });
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

function embed(input, response) {
  const all = [input].flat();
  const now = performance.now();
  busyUntil = Math.max(now, busyUntil) + all.length * perText;
  setTimeout(() => {
    loaded = true;
    // Who gave up on a request takes nothing of what it cost.
    if (response.destroyed) return;
    texts += all.length;
    const embeddings = all.map((text) => Array.from(vectorOf(text, dimensions)));
    send(response, { model: modelName, embeddings, prompt_eval_count: all.length * 100 });
  }, busyUntil - now);
}

function send(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
