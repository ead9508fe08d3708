// Everything that can go wrong with a server, played by a real one against the real client: what the caller
// gets, how many requests that takes, and that no vector goes to the wrong text.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryCache } from '../../src/cache/memory/cache.js';
import { RejectedTextsError, ServiceError } from '../../src/errors.js';
import type { BatchOptions } from '../../src/orchestrator/config.js';
import type { OrchestratorParts } from '../../src/orchestrator/parts.js';
import { eventually } from '../helpers/eventually.js';
import { type Fault, faults, type TestOllama } from '../helpers/ollama.js';
import { asked, expectOwn, forget, ollama, orchestrator, texts } from './orchestrators.js';

const always = { times: Number.POSITIVE_INFINITY };
/** Long enough for answers on a machine that has other work, too. */
const timeoutMs = 400;

let server: TestOllama;

beforeEach(async () => {
  // Back-offs are a random part of their limit: these are over at once.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  server = await ollama();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** One request at a time of at most 64 texts. */
async function started(options: BatchOptions = {}, all = [server], parts: OrchestratorParts = {}) {
  const given: BatchOptions = {
    ollamaUrl: all.map((one) => one.url),
    batchSize: 64,
    concurrency: 1,
    ...options,
  };
  const made = await orchestrator(given, parts);
  for (const one of all) forget(one);
  return made;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.fail('nothing failed'),
    (error: unknown) => error,
  );
}

describe('a fault that passes costs no caller a vector', () => {
  const once: [string, Fault, number, number][] = [
    ['a hang before the headers', { kind: 'hang' }, 2, 0],
    ['a hang in the body', { kind: 'hang-mid-body' }, 2, 0],
    ['a reset before the headers', { kind: 'reset' }, 2, 1],
    ['a reset in the body', { kind: 'reset-mid-body' }, 2, 1],
    ['503 for the first three requests', faults.busy({ times: 3 }), 4, 0],
    ['429 with a pause', faults.tooManyRequests(0), 2, 0],
    ['500 with an HTML page', faults.htmlError(), 2, 0],
    ['400 for a NaN', faults.nan(400), 2, 0],
    ['500 for a NaN', faults.nan(500), 2, 0],
    ['a runner that died', faults.runnerDied(), 2, 0],
    ['JSON that is cut off', { kind: 'truncated-json' }, 2, 0],
    ['too few vectors', { kind: 'too-few' }, 2, 0],
    ['too many vectors', { kind: 'too-many' }, 2, 0],
    ['a vector of another dimension', { kind: 'other-dimension' }, 2, 0],
    ['a null in a vector', { kind: 'value', text: 'null' }, 2, 0],
    ['a NaN in a vector', { kind: 'value', text: 'NaN' }, 2, 0],
    ['an infinite number in a vector', { kind: 'value', text: '1e999' }, 2, 0],
    ['a vector of zeros', { kind: 'zero-vector' }, 2, 0],
    ['an answer that is late but in time', { kind: 'delay', ms: timeoutMs / 3 }, 1, 0],
  ];

  test.each(once)('%s', async (_, fault, requests, checks) => {
    const made = await started({ batchTimeout: timeoutMs });
    server.script(fault);
    expectOwn(server, texts(20), await made.embed(texts(20)));
    expect(asked(server)).toEqual({ requests, canaries: 0, checks });
    expect(made.getMetrics()).toMatchObject({
      texts: 20,
      retries_total: requests - 1,
      fallbacks: 0,
      failures_total: 0,
      queue_size: 0,
      active_requests: 0,
    });
  });
});

describe('a fault of the server that stays is an outage, and is not bisected', () => {
  const lasting: [string, Fault, { requests: number; canaries: number }, RegExp][] = [
    [
      'hangs',
      { kind: 'hang' },
      { requests: 2, canaries: 2 },
      /gave no answer within \d+ m?s: allow more time/,
    ],
    ['hangs in bodies', { kind: 'hang-mid-body' }, { requests: 2, canaries: 2 }, /gave no answer within/],
    ['is busy', faults.busy(), { requests: 4, canaries: 0 }, /answered 503 \(server busy.*try again later/],
    ['fails with HTML', faults.htmlError(), { requests: 2, canaries: 2 }, /answered 500 \(.*nginx\)/],
    ['gives NaN', faults.nan(400), { requests: 2, canaries: 2 }, /answered 400 \(.*NaN\)/],
    ['loses its runners', faults.runnerDied(), { requests: 2, canaries: 2 }, /answered 400 \(.*EOF\)/],
    ['cuts its JSON off', { kind: 'truncated-json' }, { requests: 4, canaries: 4 }, /bytes that/],
    ['gives too few', { kind: 'too-few' }, { requests: 4, canaries: 4 }, /63 vectors for 64 texts/],
    ['gives too many', { kind: 'too-many' }, { requests: 4, canaries: 4 }, /65 vectors for 64 texts/],
    ['gives zeros', { kind: 'zero-vector' }, { requests: 4, canaries: 4 }, /a vector of zeros/],
    [
      'gives other dimensions',
      { kind: 'other-dimension' },
      { requests: 4, canaries: 4 },
      /385 instead of 384 dimensions/,
    ],
  ];

  test.each(lasting)('a server that %s', async (_, fault, sent, sentence) => {
    const hangs = fault.kind.startsWith('hang');
    const made = await started(hangs ? { batchTimeout: timeoutMs, maxRetries: 1 } : {});
    server.script({ ...fault, ...always });
    const error = await failure(made.embed(texts(64)));
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).message).toMatch(sentence);
    expect((error as ServiceError).message).toMatch(/^[^\n]+: [^\n]+\.$/);
    expect(asked(server)).toEqual({ ...sent, checks: 0 });
    expect(made.getMetrics()).toMatchObject({ fallbacks: 0, queue_size: 0, active_requests: 0 });
  });

  test('a server that resets every connection', async () => {
    const made = await started();
    server.script({ kind: 'reset', ...always });
    const error = await failure(made.embed(texts(64)));
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).message).toMatch(/can't be reached \(.*\): start it with/);
    // Behind a lost connection nothing is sent before it is known to be the same server.
    expect(asked(server).requests).toBe(1);
    expect(asked(server).canaries).toBe(0);
    expect(asked(server).checks).toBeLessThanOrEqual(7);
  });

  test('a server that dies for good', async () => {
    const made = await started();
    server.script({ kind: 'die', after: 1 });
    const all = texts(200);
    const outcomes = await made.processEmbeddingsBatch(all);
    expect(asked(server)).toEqual({ requests: 2, canaries: 0, checks: 0 });
    const vectors = outcomes.map((outcome) => ('vector' in outcome ? outcome.vector : undefined));
    // The first answer counts if the server said before its end that the model was still the same.
    const answered = vectors.filter(Boolean).length;
    expect([0, 64]).toContain(answered);
    expectOwn(server, all.slice(0, answered), vectors.slice(0, answered));
    for (const outcome of outcomes.slice(answered)) {
      expect(outcome).toMatchObject({ error: expect.any(ServiceError) });
    }
    await expect(made.embed(['later'])).rejects.toThrow(/can't be reached/);
  });

  test('a model that disappears is told with what to do, after one request', async () => {
    const made = await started();
    server.world.models.length = 0;
    const error = await failure(made.embed(texts(64)));
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).message).toMatch(
      /answered 404 \(model .* not found.*fetch it with "ollama pull"/,
    );
    expect(asked(server)).toEqual({ requests: 1, canaries: 0, checks: 0 });
  });
});

describe('a fault that follows a text is found in O(log n) requests', () => {
  const isBad = (batch: readonly string[]) => batch.some((text) => text.includes('poison'));
  /** `tries`: of each request with the text; a halving takes those, and one for the good half. */
  const following: [string, Fault, number, number, string][] = [
    ['400 for a NaN', faults.nan(400), 2, 2, 'bad-input'],
    ['500 for a NaN', faults.nan(500), 2, 2, 'bad-input'],
    ['500 with an HTML page', faults.htmlError(), 2, 2, 'bad-input'],
    ['a runner that dies of it', faults.runnerDied(), 2, 2, 'bad-input'],
    ['a null', { kind: 'value', text: 'null' }, 4, 7, 'bad-answer'],
    ['a vector of zeros', { kind: 'zero-vector' }, 4, 7, 'bad-answer'],
    ['too few vectors', { kind: 'too-few' }, 4, 7, 'bad-answer'],
    ['a vector of another dimension', { kind: 'other-dimension' }, 4, 7, 'bad-answer'],
  ];

  test.each(following)('%s', async (_, fault, tries, canaries, meaning) => {
    const made = await started();
    server.script({ ...fault, ...always, when: isBad });
    const all = texts(64).with(37, 'poison');
    const error = await failure(made.embed(all));
    expect(error).toBeInstanceOf(RejectedTextsError);
    const { rejected, vectors, message } = error as RejectedTextsError;
    expect(rejected).toMatchObject([{ index: 37, fault: { meaning } }]);
    expect(message).toMatch(/^Text 37 of 64 can't be embedded: [^\n]+: [^\n]+\.$/);
    expect(vectors.filter(Boolean)).toHaveLength(63);
    expectOwn(server, all, vectors);
    expect(asked(server)).toEqual({ requests: 7 * tries + 6, canaries, checks: 0 });
    expect(made.getMetrics()).toMatchObject({ fallbacks: 1, text_failures: { [meaning]: 1 } });
  });

  test('a hang', async () => {
    const made = await started({ batchTimeout: timeoutMs, maxRetries: 0 });
    server.script({ kind: 'hang', ...always, when: isBad });
    const all = texts(8).with(5, 'poison');
    const error = await failure(made.embed(all));
    expect(error).toMatchObject({ rejected: [{ index: 5, fault: { meaning: 'timeout' } }] });
    expectOwn(server, all, (error as RejectedTextsError).vectors);
    expect(asked(server)).toEqual({ requests: 4 + 3, canaries: 4, checks: 0 });
  });

  test('the search opens no circuit breaker, wherever the text is and however long it takes', async () => {
    const all = texts(64).with(0, 'poison');
    const now = Date.now.bind(Date);
    const start = now();
    // Every second becomes a minute for those who look at the clock.
    vi.spyOn(Date, 'now').mockImplementation(() => start + (now() - start) * 60);
    for (const maxRetries of [3, 5]) {
      const made = await started({ maxRetries });
      server.script({ kind: 'zero-vector', ...always, when: isBad });
      const error = await failure(made.embed(all));
      expect(error).toMatchObject({ rejected: [{ index: 0, fault: { meaning: 'bad-answer' } }] });
      expectOwn(server, all, (error as RejectedTextsError).vectors);
      expect(made.getMetrics().endpoints).toMatchObject([{ breaker: 'closed' }]);
    }
  });

  test('a text that is too long is neither tried again nor asked after', async () => {
    const made = await started();
    const all = texts(64).with(5, 'word '.repeat(600));
    const error = await failure(made.embed(all));
    expect(error).toBeInstanceOf(RejectedTextsError);
    expect(error).toMatchObject({ rejected: [{ index: 5, fault: { meaning: 'too-long' } }] });
    expectOwn(server, all, (error as RejectedTextsError).vectors);
    expect(asked(server)).toEqual({ requests: 13, canaries: 0, checks: 0 });
  });

  test('a text that costs the connection', async () => {
    const made = await started({ maxRetries: 1 });
    server.script({ kind: 'reset', ...always, when: isBad });
    const all = texts(64).with(37, 'poison');
    const error = await failure(made.embed(all));
    expect(error).toMatchObject({ rejected: [{ index: 37, fault: { meaning: 'unreachable' } }] });
    expectOwn(server, all, (error as RejectedTextsError).vectors);
    const { requests, canaries, checks } = asked(server);
    expect(requests).toBe(7 * 2 + 6);
    expect(canaries).toBe(7);
    expect(checks).toBeLessThanOrEqual(7 * 2);
  });

  test('several of them are all found, and only they', async () => {
    const made = await started();
    server.script(faults.poisoned('poison'));
    const all = texts(256).map((text, index) => (index % 64 === 9 ? `poison ${text}` : text));
    const error = await failure(made.embed(all));
    expect(error).toBeInstanceOf(RejectedTextsError);
    const { rejected, vectors } = error as RejectedTextsError;
    expect(rejected.map(({ index }) => index)).toEqual([9, 73, 137, 201]);
    expect(vectors.filter(Boolean)).toHaveLength(252);
    expectOwn(server, all, vectors);
    expect(asked(server)).toEqual({ requests: 4 * 20, canaries: 4 * 2, checks: 0 });
  });

  test('what others asked for in the same batch is theirs', async () => {
    const made = await started();
    server.script(faults.poisoned('poison'));
    const calls = texts(32).map((text) => made.embed([text]));
    const bad = made.embed(['poison']);
    bad.catch(() => undefined);
    expectOwn(server, texts(32), (await Promise.all(calls)).flat());
    await expect(bad).rejects.toThrow(RejectedTextsError);
  });
});

describe('a server that comes back', () => {
  test('within the retries costs nothing', async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const made = await started();
    server.script({ kind: 'die', backAfterMs: 100 });
    expectOwn(server, texts(100), await made.embed(texts(100)));
    expect(asked(server)).toEqual({ requests: 3, canaries: 0, checks: 1 });
    expect(made.getMetrics()).toMatchObject({ failures_total: 0, fallbacks: 0, retries_total: 1 });
  });

  test('within the time that it is waited for, too, and is told of', async () => {
    const notices: string[] = [];
    const notice = (message: string) => {
      notices.push(message);
      if (notices.length === 1) void server.revive();
    };
    const made = await started({ waitForServer: 60_000, concurrency: 2 }, [server], { events: { notice } });
    server.script({ kind: 'die', after: 1 });
    const calls = [made.embed(texts(150, 'a')), made.embed(texts(150, 'b'))];
    const [a, b] = await Promise.all(calls);
    expectOwn(server, texts(150, 'a'), a!);
    expectOwn(server, texts(150, 'b'), b!);
    expect(notices).toEqual([
      expect.stringMatching(/^Waiting up to 60 s for the server to answer\. Ollama at .* can't be reached/),
      expect.stringMatching(/^The server answers again after \d+ s\.$/),
    ]);
    expect(made.getMetrics()).toMatchObject({ queue_size: 0, active_requests: 0, text_failures_total: 0 });
  });

  test('only after that time fails the texts that met the outage, and serves those after it', async () => {
    const made = await started({ waitForServer: 1 });
    await server.die();
    await expect(made.embed(['early'])).rejects.toThrow(ServiceError);
    await server.revive();
    made.resetCircuitBreaker();
    expectOwn(server, ['late'], await made.embed(['late']));
  });
});

test('a model that takes long to load is waited for, at the start and after a restart', async () => {
  const slow = await ollama({ loadMs: 1200 });
  const made = await started({ batchTimeout: 300 }, [slow]);
  expectOwn(slow, ['first'], await made.embed(['first']));
  await slow.die();
  await slow.revive();
  expectOwn(slow, ['second'], await made.embed(['second']));
  expect(made.getMetrics().failures_total).toBe(0);
});

const changed =
  /gives other vectors than it gave before \(.*\): its release or its model was replaced; put the old version back|has another model under the name .*: put the old one back/;

describe('a server that comes back as another one', () => {
  const rebirths: [string, Parameters<TestOllama['revive']>[0]][] = [
    ['another digest', { digest: 'e'.repeat(64), salt: 'other' }],
    ['other vectors for the same digest', { salt: 'other' }],
    ['another release', { version: '0.32.15' }],
    ['other dimensions', { dimensions: 768 }],
  ];

  test.each(rebirths)('%s: no vector of it gets through, nor into the cache', async (_, as) => {
    vi.mocked(Math.random).mockReturnValue(1);
    const twin = await ollama();
    const cache = memoryCache(2 ** 24);
    const server = await ollama({ requestDelayMs: 100 });
    const made = await started({ batchSize: 16, concurrency: 2 }, [server], { cache });
    // When it is asked about its model for the second time, it has said of the first answers that they count.
    const looks = () => server.requests.filter(({ path }) => path === '/api/tags').length;
    server.script({ kind: 'die', when: () => looks() > 1, backAfterMs: 50, as: as! });
    const all = texts(800, 'naïve café');
    const outcomes = await made.processEmbeddingsBatch(all);
    let answered = 0;
    for (const [index, outcome] of outcomes.entries()) {
      if ('vector' in outcome) {
        answered++;
        expect(outcome.vector).toEqual(twin.vectorOf(all[index]!));
      } else {
        expect(outcome).toMatchObject({ error: { message: expect.stringMatching(changed) } });
      }
    }
    // The request beside the one that met the end of the server was lost, too, and so may be answers before it,
    // which the server was not yet asked about.
    expect(answered).toBeGreaterThanOrEqual(16);
    expect(answered).toBeLessThanOrEqual(800 - 32);
    expect((await cache.usage()).entries).toBe(answered);
    const { requests } = asked(server);
    await expect(made.embed(['later'])).rejects.toThrow(changed);
    expect(asked(server).requests).toBe(requests);
  });
});

describe('several servers', () => {
  let other: TestOllama;

  beforeEach(async () => {
    other = await ollama();
  });

  test('one that dies in the middle costs no text', async () => {
    const made = await started({ concurrency: 1, batchSize: 16 }, [server, other]);
    other.script({ kind: 'die', after: 2 });
    const all = texts(400);
    expectOwn(server, all, await made.embed(all));
    // Sent again: what met its end, and an answer that it hadn't confirmed yet.
    expect(asked(server).requests + asked(other).requests).toBeLessThanOrEqual(25 + 3);
    expect(made.getMetrics()).toMatchObject({ failures_total: 0, fallbacks: 0, text_failures_total: 0 });
  });

  const ill: [string, Fault][] = [
    ['is always busy', faults.busy()],
    ['gives zeros', { kind: 'zero-vector' }],
    ['cuts its JSON off', { kind: 'truncated-json' }],
    ['resets every connection', { kind: 'reset' }],
    ['lost the model', { kind: 'answer', status: 404, body: '{"error":"model \\"all-minilm\\" not found"}' }],
  ];

  test.each(ill)('one that %s costs no text', async (_, fault) => {
    const made = await started({ concurrency: 1, batchSize: 16 }, [server, other]);
    other.script({ ...fault, ...always });
    const all = texts(400);
    expectOwn(server, all, await made.embed(all));
    expect(asked(server).requests).toBe(25);
    expect(made.getMetrics()).toMatchObject({ failures_total: 0, fallbacks: 0, text_failures_total: 0 });
  });

  test('a bad text is found with both, and costs the others nothing', async () => {
    const made = await started({}, [server, other]);
    server.script(faults.poisoned('poison'));
    other.script(faults.poisoned('poison'));
    const all = texts(64).with(37, 'poison');
    const error = await failure(made.embed(all));
    expect(error).toMatchObject({ rejected: [{ index: 37, fault: { meaning: 'bad-input' } }] });
    expectOwn(server, all, (error as RejectedTextsError).vectors);
    // A single text is tried on both before it is given up.
    expect(asked(server).requests + asked(other).requests).toBe(6 * 2 + 6 + 2 * 2);
  });

  test('one whose vectors differ is refused at the start', async () => {
    Object.assign(other.world, { version: '0.32.15' });
    await expect(started({}, [server, other])).rejects.toThrow(
      new RegExp(
        `${other.url} gives other vectors than the one at ${server.url} \\(canary ".*": cosine .*\\)`,
      ),
    );
  });

  test('one that comes back as another gets nothing more; the rest goes to the others', async () => {
    const made = await started({ concurrency: 1, batchSize: 16 }, [server, other]);
    other.script({ kind: 'die', after: 2, backAfterMs: 1, as: { salt: 'other' } });
    const all = texts(400);
    expectOwn(server, all, await made.embed(all));
    await eventually(() => other.world.models[0]!.salt).toBe('other');
    expectOwn(server, texts(400, 'more'), await made.embed(texts(400, 'more')));
    expect(asked(other).requests).toBeLessThanOrEqual(3);
  });

  test('when all die, that is told', async () => {
    const made = await started({}, [server, other]);
    await Promise.all([server.die(), other.die()]);
    const error = await failure(made.embed(texts(100)));
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).message).toMatch(/can't be reached/);
    expect(made.getMetrics()).toMatchObject({ queue_size: 0, active_requests: 0, fallbacks: 0 });
  });
});
