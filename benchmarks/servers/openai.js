// An OpenAI-compatible server that costs next to nothing: answers are put together from a table of prepared vectors, as
// base64 where that is asked for, so that what is measured is the client. Prints its base URL when it is ready.
//
// node servers/openai.js [--dimensions N] [--numbers]
//
// --numbers: sends numbers, whatever it is asked for, as many servers do.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { placeOf, unitVector } from '../lib/prepared.js';

const { values: flags } = parseArgs({
  options: { dimensions: { type: 'string', default: '384' }, numbers: { type: 'boolean', default: false } },
});
const dimensions = Number(flags.dimensions);
const models = json({
  object: 'list',
  data: [{ id: 'model', object: 'model', owned_by: 'vllm', max_model_len: 8192 }],
});

/** Enough that no two canaries share one. */
const vectorCount = 256;
const vectors = Array.from({ length: vectorCount }, (_, place) =>
  Float32Array.from(unitVector(place, dimensions)),
);
const inNumbers = vectors.map((vector) => Buffer.from(`[${Array.from(vector, String).join(',')}]`));
const inBase64 = vectors.map((vector) => Buffer.from(`"${Buffer.from(vector.buffer).toString('base64')}"`));

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    if (request.url === '/v1/models') return send(response, models);
    if (request.url !== '/v1/embeddings') return send(response, json({ detail: 'Not Found' }), 404);
    const { input, encoding_format: encoding } = JSON.parse(Buffer.concat(parts));
    send(
      response,
      embeddings([input].flat(), encoding === 'base64' && !flags.numbers ? inBase64 : inNumbers),
    );
  });
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));

function embeddings(texts, table) {
  const parts = [Buffer.from('{"object":"list","data":[')];
  for (const [index, text] of texts.entries()) {
    const start = `${index === 0 ? '' : ','}{"object":"embedding","index":${index},"embedding":`;
    parts.push(Buffer.from(start), table[placeOf(text, vectorCount)], Buffer.from('}'));
  }
  const tokens = texts.length * 100;
  parts.push(Buffer.from(`],"model":"model","usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`));
  return Buffer.concat(parts);
}

function send(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}
