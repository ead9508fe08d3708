// The client against a real HTTP server that plays every fault: what the caller gets, how many requests were
// sent, and that no vector goes to the wrong text.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import { EmbedderFault, ServiceError, UsageError } from '../../../src/errors.js';
import type { Embedder } from '../../../src/types/embedder.js';
import { eventually } from '../../helpers/eventually.js';
import { httpClient, httpClients, over } from '../../helpers/http-clients.js';
import { allMiniLm, faults, type OllamaOptions, startOllama, type TestOllama } from '../../helpers/ollama.js';

let server: TestOllama;
let embedder: Embedder;

const open = (options: Partial<Parameters<typeof openOllamaEmbedder>[0]> = {}) =>
  openOllamaEmbedder({
    url: new URL(server.url),
    httpClient: httpClient(),
    model: 'all-minilm',
    batchTimeoutMs: 20_000,
    ...options,
  });

async function start(options: OllamaOptions = {}): Promise<void> {
  await stop();
  server = await startOllama(options);
  embedder = await open();
}

async function stop(): Promise<void> {
  await embedder?.close();
  await server?.stop();
}

beforeEach(() => start());
afterEach(stop);

const fault = async (work: Promise<unknown>): Promise<EmbedderFault> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EmbedderFault);
  return error as EmbedderFault;
};

const texts = ['one', 'two two', 'three', 'naïve café', '你好 🙂'];

describe.each(httpClients)('embed, by %s', (client) => {
  over(client);
  beforeEach(() => start());

  test('gives every text its own vector, in order, by one request', async () => {
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
    expect(server.batches()).toEqual([texts]);
  });

  test('sends the same things with every request, never lets a text be cut, and leaves keep_alive alone', async () => {
    await embedder.embed(['a']);
    await embedder.embed(['b']);
    const bodies = server.requests.filter((one) => one.path === '/api/embed').map((one) => one.body);
    expect(bodies).toEqual([
      { model: 'all-minilm:latest', truncate: false, input: ['a'] },
      { model: 'all-minilm:latest', truncate: false, input: ['b'] },
    ]);
  });

  test('keeps many requests apart', async () => {
    await start({ textDelayMs: 1 });
    const batches = Array.from({ length: 20 }, (_, i) => [`first ${i}`, `second ${i}`]);
    const answers = await Promise.all(batches.map((batch) => embedder.embed(batch)));
    expect(answers).toEqual(batches.map((batch) => batch.map((text) => server.vectorOf(text))));
  });

  test('passes lone surrogates and nulls', async () => {
    const odd = ['a\ud800b', '\u0000', '"\\\n'];
    const vectors = await embedder.embed(odd);
    expect(vectors[1]).toEqual(server.vectorOf('\u0000'));
    expect(vectors[2]).toEqual(server.vectorOf('"\\\n'));
    expect(vectors).toHaveLength(3);
  });

  test('refuses an empty list before it asks the server, which has a vector for an empty text', async () => {
    await expect(embedder.embed([])).rejects.toThrow(RangeError);
    expect(server.stats.embeds).toBe(0);
    expect(await embedder.embed(['a', ''])).toEqual(['a', ''].map((text) => server.vectorOf(text)));
  });

  test('sends the key, and a path before its own', async () => {
    await using behindProxy = await startOllama();
    const keyed = await open({ apiKey: 'secret' });
    await keyed.embed(['a']);
    await keyed.close();
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer secret');
    await expect(open({ url: new URL(`${behindProxy.url}/ollama`) })).rejects.toThrow(
      /\/ollama answered 404/,
    );
    expect(behindProxy.requests.map((one) => one.path)).toEqual(['/ollama/api/version']);
  });

  test('says where the fault lies when a text is too long', async () => {
    const { meaning } = await fault(embedder.embed(['fine', 'word '.repeat(600)]));
    expect(meaning).toBe('too-long');
  });
});

describe('what a client of the gateway asks for', () => {
  test('reaches the server: texts cut, and fewer dimensions', async () => {
    const long = 'word '.repeat(600);
    const options = { truncate: true, dimensions: 64 };
    const vectors = await embedder.embed([long, 'b'], options);
    expect(vectors).toEqual([server.vectorOf(long, 64), server.vectorOf('b', 64)]);
    expect(server.requests.at(-1)?.body).toEqual({
      model: 'all-minilm:latest',
      truncate: true,
      dimensions: 64,
      input: [long, 'b'],
    });
  });

  test('is checked in the answer', async () => {
    server.script({ kind: 'other-dimension' });
    expect(await fault(embedder.embed(['a'], { dimensions: 64 }))).toMatchObject({
      meaning: 'bad-answer',
      message: expect.stringContaining('65 instead of 64'),
    });
  });

  test('is at most what the space has', async () => {
    const cut = await open({ dimensions: 64 });
    expect(await cut.embed(['a'], { dimensions: 100 })).toEqual([server.vectorOf('a', 64)]);
    expect(await cut.embed(['a'], { dimensions: 16 })).toEqual([server.vectorOf('a', 16)]);
    await cut.close();
  });
});

describe('dimensions', () => {
  test('are cut by the server', async () => {
    const cut = await open({ dimensions: 64 });
    expect(cut.identity.dimensions).toBe(64);
    expect(await cut.embed(['a', 'b'])).toEqual([server.vectorOf('a', 64), server.vectorOf('b', 64)]);
    await cut.close();
  });

  test('beyond those of the model are an error that names the most', async () => {
    await expect(open({ dimensions: 385 })).rejects.toThrow(UsageError);
    await expect(open({ dimensions: 385 })).rejects.toThrow(/384/);
  });

  test('are found by a first text when the server does not say', async () => {
    server.world.models = [{ ...allMiniLm, dimensions: 0 }];
    server.script({ kind: 'answer', status: 200, body: '{"embeddings":[[1,0,0]]}' });
    const found = await open();
    expect(found.identity.dimensions).toBe(3);
    await found.close();
  });
});

describe.each(httpClients)('a fault, by %s', (client) => {
  over(client);
  beforeEach(() => start());

  test.each([
    ['busy', faults.busy()],
    ['busy', faults.tooManyRequests(3)],
    ['bad-input', faults.htmlError()],
    ['bad-input', faults.nan(400)],
    ['bad-input', faults.nan(500)],
    ['bad-input', faults.runnerDied()],
    ['bad-input', faults.poisoned('three')],
    ['unreachable', { kind: 'reset' }],
    ['unreachable', { kind: 'reset-mid-body' }],
    ['bad-answer', { kind: 'truncated-json' }],
    ['bad-answer', { kind: 'too-few' }],
    ['bad-answer', { kind: 'too-many' }],
    ['bad-answer', { kind: 'other-dimension' }],
    ['bad-answer', { kind: 'zero-vector' }],
    ['bad-answer', { kind: 'value', text: 'null' }],
    ['bad-answer', { kind: 'value', text: 'NaN' }],
    ['bad-answer', { kind: 'value', text: '1e999' }],
    ['bad-answer', { kind: 'answer', status: 200, body: '<html>login</html>', contentType: 'text/html' }],
    ['bad-answer', { kind: 'answer', status: 200, body: '{"error":"no"}' }],
    ['busy', { ...faults.busy(), status: 200 }],
    ['bad-input', { ...faults.nan(400), status: 200 }],
  ] as const)('%s: %o, once, and the next request is answered', async (meaning, script) => {
    server.script({ ...script, times: 1 });
    // Of several servers one must know which.
    const message = expect.stringContaining(`Ollama at ${server.url} `);
    expect(await fault(embedder.embed(texts))).toMatchObject({ meaning, message });
    expect(server.stats.embeds).toBe(1);
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
  });

  test.each([{ kind: 'hang' }, { kind: 'hang-mid-body' }] as const)('timeout: %o', async (script) => {
    const hasty = await open({ batchTimeoutMs: 50, loadTimeoutMs: 50 });
    server.script(script);
    expect(await fault(hasty.embed(texts))).toMatchObject({
      meaning: 'timeout',
      message: expect.stringMatching(/within 50 ms.*--batch-timeout/),
    });
    expect(server.stats.embeds).toBe(1);
    await hasty.close();
  });

  test('carries the time after which to try again', async () => {
    server.script(faults.tooManyRequests(3));
    expect((await fault(embedder.embed(['a']))).retryAfterMs).toBe(3000);
  });

  test('missing-model when it disappears in the middle of a run', async () => {
    await embedder.embed(['a']);
    server.world.models = [];
    expect(await fault(embedder.embed(['b']))).toMatchObject({
      meaning: 'missing-model',
      message: expect.stringContaining('ollama pull'),
    });
  });

  test('unreachable when the server dies, and none when it is back', async () => {
    await embedder.embed(['a']);
    await server.die();
    expect((await fault(embedder.embed(['b']))).meaning).toBe('unreachable');
    await server.revive();
    expect(await embedder.embed(['b'])).toEqual([server.vectorOf('b')]);
  });

  test('does not hurt the requests beside it', async () => {
    server.script({ kind: 'reset-mid-body', when: (sent) => sent.includes('bad') });
    const [good, bad, other] = await Promise.allSettled(
      [['good'], ['bad'], ['other']].map((batch) => embedder.embed(batch)),
    );
    expect(good).toEqual({ status: 'fulfilled', value: [server.vectorOf('good')] });
    expect(bad?.status).toBe('rejected');
    expect(other).toEqual({ status: 'fulfilled', value: [server.vectorOf('other')] });
  });
});

describe.each(httpClients)('time, by %s', (client) => {
  over(client);
  beforeEach(() => start());

  test('is longer for the first request, which may have to load the model', async () => {
    await start({ loadMs: 300 });
    const patient = await open({ batchTimeoutMs: 100, loadTimeoutMs: 20_000 });
    expect(await patient.embed(['a'])).toEqual([server.vectorOf('a')]);
    server.script({ kind: 'hang' });
    expect((await fault(patient.embed(['b']))).message).toContain('100 ms');
    await patient.close();
  });

  test('is longer again after a restart', async () => {
    await start({ loadMs: 300 });
    const patient = await open({ batchTimeoutMs: 100, loadTimeoutMs: 20_000 });
    await patient.embed(['a']);
    server.script({ kind: 'die' });
    expect((await fault(patient.embed(['b']))).meaning).toBe('unreachable');
    await server.revive();
    expect(await patient.embed(['b'])).toEqual([server.vectorOf('b')]);
    await patient.close();
  });

  test('ends at once when the caller aborts, with the reason of the caller', async () => {
    const reason = new Error('enough');
    const control = new AbortController();
    server.script({ kind: 'hang' });
    const work = embedder.embed(['a'], { signal: control.signal });
    await eventually(() => server.stats.embeds).toBe(1);
    control.abort(reason);
    await expect(work).rejects.toBe(reason);
    await expect(embedder.embed(['a'], { signal: control.signal })).rejects.toBe(reason);
    expect(server.stats.embeds).toBe(1);
    await eventually(() => server.stats.inFlight).toBe(0);
  });
});

describe('an embedder', () => {
  test('is what the server says of its model', () => {
    expect(embedder.identity).toEqual({
      embedder: 'ollama',
      variant: '',
      model: 'all-minilm:latest',
      digest: allMiniLm.digest,
      dimensions: 384,
      options: {},
      prefixes: { document: '', query: '' },
    });
    expect(embedder.maxTokens).toBe(512);
    expect(embedder.defaultChunkTokens).toBe(256);
    expect(embedder.counter.id).toMatch(/^wordpiece\//);
    expect(server.stats.embeds).toBe(0);
  });

  test('has chunks that fit the context with the prefix and the special tokens', async () => {
    const name = 'nomic-embed-text:latest';
    server.world.models = [{ ...allMiniLm, name, context: 2048, numCtx: 128 }];
    const nomic = await open({ model: 'nomic-embed-text' });
    const prefix = nomic.counter.count(nomic.identity.prefixes.document);
    expect(prefix).toBeGreaterThan(0);
    expect(nomic.maxTokens).toBe(128);
    expect(nomic.defaultChunkTokens).toBe(128 - 2 - prefix);
    await nomic.close();
  });

  test('estimates tokens where the vocabulary is not WordPiece, and asks for none', async () => {
    server.world.models = [
      { ...allMiniLm, name: 'bge-m3:latest', architecture: 'bert', tokenizer: 't5', context: 8192 },
    ];
    const before = server.stats.requests;
    const other = await open({ model: 'bge-m3' });
    expect(other.counter.id).toMatch(/^estimate/);
    expect(other.maxTokens).toBe(4096);
    expect(server.stats.requests - before).toBe(3);
    await other.close();
  });

  test.each([
    ['all-minilm:latest', 'all-minilm'],
    ['all-minilm:latest', 'All-MiniLM:latest'],
    ['all-minilm:latest', 'library/all-minilm'],
    ['someone/all-minilm:f16', 'someone/all-minilm:f16'],
  ])('%s is found as %s', async (name, wanted) => {
    server.world.models = [
      { ...allMiniLm, name: 'all-minilm:33m', digest: 'ff' },
      { ...allMiniLm, name },
    ];
    // Reading the model's details is what the test server compares to the letter.
    server.script({ kind: 'answer', status: 200, body: '{"model_info":{}}', path: '/api/show' });
    server.script({ kind: 'answer', status: 200, body: '{"embeddings":[[1]]}' });
    const found = await open({ model: wanted });
    expect(found.identity).toMatchObject({ model: name, digest: allMiniLm.digest });
    await found.close();
  });
});

describe('opening', () => {
  test('names the pull command when the model is missing', async () => {
    const missing = open({ model: 'mxbai-embed-large' });
    await expect(missing).rejects.toThrow(ServiceError);
    await expect(missing).rejects.toThrow(`"ollama pull mxbai-embed-large"`);
    await expect(missing).rejects.toThrow(server.url);
  });

  test('refuses a model that can not embed', async () => {
    server.world.models = [{ ...allMiniLm, name: 'llama3:latest', capabilities: ['completion', 'tools'] }];
    const chat = open({ model: 'llama3' });
    await expect(chat).rejects.toThrow(ServiceError);
    await expect(chat).rejects.toThrow(/can't embed.*completion, tools/);
  });

  test('names the address and what to do when no server is there', async () => {
    await server.die();
    await expect(open()).rejects.toThrow(ServiceError);
    await expect(open()).rejects.toThrow(/127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\).*ollama serve/);
  });

  test('sees that something else listens', async () => {
    server.script({ kind: 'answer', status: 200, body: '<html>', path: '/api/version' });
    await expect(open()).rejects.toThrow(/is that an Ollama/);
    server.script({ kind: 'answer', status: 200, body: '{}', path: '/api/tags' });
    await expect(open()).rejects.toThrow(/is that an Ollama/);
    server.script({ kind: 'answer', status: 401, body: '{"error":"unauthorized"}', path: '/api/version' });
    await expect(open()).rejects.toThrow(/OLLAMA_API_KEY/);
  });

  test('can be aborted', async () => {
    const control = new AbortController();
    server.script({ kind: 'hang', path: '/api/tags' });
    const opening = open({ signal: control.signal });
    const before = server.stats.requests;
    await eventually(() => server.stats.requests).toBeGreaterThan(before + 1);
    control.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });
});
