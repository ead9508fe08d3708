// What a request to an embedding server costs the client, without what is made of its answer: our own client beside undici,
// and beside a bare socket that sends the same bytes and counts those that come.
// Run: npm run build && node benchmarks/http-client.js [texts]
import { connect } from 'node:net';
import { OllamaClient } from '../dist/embedders/ollama/client.js';
import { startOllama } from './lib/servers.js';
import { interleave, median, ratios } from './lib/statistics.js';

const texts = Number(process.argv[2] ?? 40_000);
const batchSize = 32;
const rounds = 7;
const input = Array(batchSize).fill('lorem ipsum dolor sit amet '.repeat(30));
const body = { model: 'all-minilm', truncate: false, input };

const server = await startOllama();
const url = new URL(server.url);

/** µs of processor time a text, of two that ask one request after the other. */
async function cost(ask) {
  const half = async (count) => {
    for (let sent = 0; sent < count; sent += batchSize) await ask();
  };
  await Promise.all([half(texts / 8), half(texts / 8)]);
  const before = process.cpuUsage();
  await Promise.all([half(texts / 2), half(texts / 2)]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / texts;
}

async function byClient(httpClient) {
  const client = new OllamaClient({ url, httpClient });
  try {
    return await cost(() => client.bytes('/api/embed', body, { timeoutMs: 60_000 }));
  } finally {
    await client.close();
  }
}

/** No client can cost less: it reads no more of an answer than its length, and all requests are the same bytes. */
async function bySocket() {
  const json = JSON.stringify(body);
  const head = `POST /api/embed HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: ${json.length}\r\n\r\n`;
  const request = Buffer.from(head + json);
  const sockets = [new BareSocket(), new BareSocket()];
  const free = [...sockets];
  const cpu = await cost(async () => {
    const one = free.pop();
    await one.ask(request);
    free.push(one);
  });
  for (const one of sockets) one.end();
  return cpu;
}

class BareSocket {
  #left = 0;
  #done;
  #socket;

  constructor() {
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    const callback = (length) => {
      if (this.#left === 0) this.#left = wholeLength(buffer);
      this.#left -= length;
      if (this.#left === 0) this.#done();
      return true;
    };
    this.#socket = connect({ host: url.hostname, port: Number(url.port), onread: { buffer, callback } });
  }

  ask(request) {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#socket.write(request);
    });
  }

  end() {
    this.#socket.destroy();
  }
}

/** Of an answer with its head, in bytes. */
function wholeLength(begun) {
  const [, length] = /content-length: (\d+)/i.exec(begun.toString('latin1', 0, 400));
  return Number(length) + begun.indexOf('\r\n\r\n') + 4;
}

const results = await interleave(rounds, {
  own: () => byClient('own'),
  undici: () => byClient('undici'),
  socket: bySocket,
});
await server.stop();

console.log(`${texts} texts, ${batchSize} a request, 2 requests in flight, Node ${process.version}`);
for (const [name, values] of Object.entries(results)) {
  console.log(`${name.padEnd(8)} ${median(values).toFixed(1)} µs of processor time a text`);
}
console.log(`own / undici ${median(ratios(results.own, results.undici)).toFixed(2)}`);
