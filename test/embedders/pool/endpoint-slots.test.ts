// What one sick server costs the others: its own slots, and nothing else.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Dispatcher } from '../../../src/batching/dispatcher.js';
import { Limiter } from '../../../src/batching/limiter/limiter.js';
import { Limits } from '../../../src/batching/limiter/limiter-registry.js';
import type { Ticket } from '../../../src/batching/ticket.js';
import { withRetry } from '../../../src/embedders/back-off.js';
import { canaryTexts, measureSpace } from '../../../src/embedders/guard/canaries.js';
import { withSpaceGuard } from '../../../src/embedders/guard/space-guard.js';
import { type EmbedderPool, poolOf } from '../../../src/embedders/pool/pool.js';
import { BatchMetrics } from '../../../src/metrics/metrics.js';
import { eventually } from '../../helpers/eventually.js';
import { hold } from '../../helpers/hold.js';
import { faults, type TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const servers = new Servers();
const canaries = canaryTexts.map(({ text }) => text);
let a: TestOllama;
let b: TestOllama;
let c: TestOllama;
let all: TestOllama[];
let embedder: EmbedderPool;
let control: AbortController;

beforeEach(async () => {
  all = [a, b, c] = [await servers.start(), await servers.start(), await servers.start()];
  embedder = await poolFor(all);
  control = new AbortController();
});
afterEach(async () => {
  vi.restoreAllMocks();
  control.abort(new Error('The test is over.'));
  for (const server of all) server.thaw();
  await embedder.close();
  await servers.stop();
});

/** As they are opened for a run: each held to its space, all measured. */
async function poolFor(some: readonly TestOllama[]): Promise<EmbedderPool> {
  const members = await Promise.all(
    some.map(async (server) => {
      const inner = await servers.open(server);
      const steady = withSpaceGuard(inner);
      await measureSpace(steady);
      const { url, where } = inner;
      return {
        url,
        where,
        weight: 1,
        embedder: steady,
        msPerToken: () => inner.msPerToken,
        isUnsure: steady.isUnsure,
      };
    }),
  );
  const [first, ...others] = members;
  return poolOf([first!, ...others]);
}

function dispatch({ concurrency = 2, batchSize = 4 } = {}) {
  const metrics = new BatchMetrics();
  const limits = new Limits(
    () => new Limiter({ concurrency, batchSize }),
    all.map(({ url }) => url),
  );
  const dispatcher = new Dispatcher(withRetry(embedder, { retries: 9, baseMs: 1 }), {
    bounds: { tokens: 10_000, length: 100_000 },
    limits,
    metrics,
    signal: control.signal,
    canary: canaries[0]!,
    outage: 'end',
    onAnswer: async () => {},
  });
  const live = {
    queue_size: 0,
    active_requests: 0,
    batch_size_limit: 1,
    concurrency_limit: 1,
    endpoints: [],
  };
  return { dispatcher, limits, hedged: () => metrics.snapshot(live).hedged };
}

let made = 0;
function add(dispatcher: Dispatcher, count: number): Ticket[] {
  return Array.from({ length: count }, () => {
    const text = `text number ${made++}`;
    return dispatcher.add({ hash: text, text, tokens: 10 });
  });
}

async function answered(dispatcher: Dispatcher, tickets: readonly Ticket[]): Promise<void> {
  dispatcher.end();
  while (tickets.some((ticket) => !ticket.isSettled)) await dispatcher.settled();
  for (const { text, vector } of tickets) expect(vector).toEqual(a.vectorOf(text));
}

/**
 * A clock that hardly goes on by itself, however busy the machine is: what was in flight before `makeLate` is late then, and
 * nothing else.
 */
function ownClock() {
  let time = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 0.001;
    return time;
  });
  return {
    makeLate: () => {
      time += 400;
    },
  };
}

const unsettled = (tickets: readonly Ticket[]) => tickets.filter((ticket) => !ticket.isSettled).length;

/** Requests with texts of the test. */
const asked = (server: TestOllama) =>
  server.batches().filter(([text]) => text?.startsWith('text number')).length;

/** Answers enough that all speeds are known. */
async function warmUp(): Promise<void> {
  const { dispatcher } = dispatch();
  await answered(dispatcher, add(dispatcher, 60));
  await dispatcher.stop();
}

describe('slots', () => {
  test('are kept for each endpoint, and packed by its own limits', async () => {
    for (const server of all) server.freeze();
    const { dispatcher, limits } = dispatch({ concurrency: 2, batchSize: 4 });
    add(dispatcher, 100);
    dispatcher.send();
    expect(dispatcher.inFlight).toBe(6);
    expect(embedder.endpoints().map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    expect(dispatcher.waiting).toBe(100 - 6 * 4);
    expect([limits.concurrency, limits.batchSize]).toEqual([6, 4]);
    for (const server of all) server.thaw();
    await dispatcher.stop();
  });

  test('of one that hangs are all that it holds: the others answer everything', async () => {
    const clock = ownClock();
    await warmUp();
    const before = asked(a);
    a.freeze();
    const { dispatcher, hedged } = dispatch({ concurrency: 2, batchSize: 4 });
    const tickets = add(dispatcher, 400);
    const all = answered(dispatcher, tickets);
    await eventually(() => unsettled(tickets)).toBe(2 * 4);
    expect(hedged()).toBe(0);
    clock.makeLate();
    await all;
    expect(hedged()).toBe(2);
    // Only what it got before it was late.
    const more = dispatch();
    await answered(more.dispatcher, add(more.dispatcher, 40));
    expect(asked(a)).toBe(before + 2);
    await dispatcher.stop();
    await more.dispatcher.stop();
  });

  test('come back with the health of their endpoint', async () => {
    await warmUp();
    a.freeze();
    const { dispatcher } = dispatch();
    await answered(dispatcher, add(dispatcher, 100));
    a.thaw();
    const before = asked(a);
    const goOn = async () => {
      await answered(dispatcher, add(dispatcher, 40));
      return asked(a);
    };
    await eventually(goOn).toBeGreaterThan(before + 3);
    await dispatcher.stop();
  });

  test('of a lost server get no texts until its canaries have passed', async () => {
    await warmUp();
    const seen = a.batches().length;
    await a.die();
    const { dispatcher } = dispatch();
    await answered(dispatcher, add(dispatcher, 60));
    await a.revive();
    const goOn = async () => {
      await answered(dispatcher, add(dispatcher, 40));
      return asked(a);
    };
    const before = asked(a);
    await eventually(goOn).toBeGreaterThan(before);
    expect(a.batches()[seen]).toEqual(canaries);
    await dispatcher.stop();
  });

  test('are given back when a request moves on: no request waits for another one for ever', async () => {
    const bad = { kind: 'too-few' as const, times: 6 };
    for (const server of all) server.script(bad);
    const { dispatcher } = dispatch({ concurrency: 1 });
    const tickets = add(dispatcher, 80);
    await answered(dispatcher, tickets);
    expect(embedder.endpoints().map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
    await dispatcher.stop();
  });

  test('follow an endpoint that is taken in', async () => {
    embedder = await poolFor([a]);
    a.freeze();
    const { dispatcher } = dispatch({ concurrency: 1 });
    const tickets = add(dispatcher, 12);
    dispatcher.send();
    expect(dispatcher.inFlight).toBe(1);
    embedder.add(await servers.member(b));
    // No request had to be sent for it.
    expect(dispatcher.inFlight).toBe(2);
    a.thaw();
    await answered(dispatcher, tickets);
    expect(asked(b)).toBeGreaterThan(0);
    await dispatcher.stop();
  });

  test('shrink for the busy endpoint alone', async () => {
    a.script(faults.busy({ times: 4 }));
    const limits = new Limits(() => new Limiter({}));
    const dispatcher = new Dispatcher(embedder, {
      bounds: { tokens: 10_000, length: 100_000 },
      limits,
      metrics: new BatchMetrics(),
      signal: control.signal,
      canary: canaries[0]!,
      outage: 'end',
      onAnswer: async () => {},
    });
    await answered(dispatcher, add(dispatcher, 200));
    expect(limits.of(a.url).concurrency).toBe(1);
    expect([b, c].map(({ url }) => limits.of(url).concurrency)).toEqual([2, 2]);
    await dispatcher.stop();
  });
});

describe('a late request', () => {
  test('is sent to another endpoint, too; the first answer counts, and the other is aborted', async () => {
    const clock = ownClock();
    await warmUp();
    a.script({ kind: 'hang', when: ([text]) => text !== canaries[0] });
    const { dispatcher, hedged } = dispatch({ concurrency: 1 });
    const tickets = add(dispatcher, 12);
    const all = answered(dispatcher, tickets);
    await eventually(() => unsettled(tickets)).toBe(4);
    clock.makeLate();
    await all;
    expect(hedged()).toBe(1);
    // The client ended it: nothing is under way at the server any more.
    await eventually(() => a.stats.inFlight).toBe(0);
    await dispatcher.stop();
  });

  test('is answered by the late server itself where that is faster', async () => {
    all = [a, b];
    embedder = await poolFor(all);
    await warmUp();
    const isIt = ([text]: readonly string[]) => text === 'late';
    const go = hold(a, { when: isIt });
    b.script({ kind: 'hang', when: isIt });
    // Whichever server gets it first: it is late there, and a is the only one that answers.
    const work = embedder.embed(['late'], { tokens: 10 });
    await eventually(() => all.every((server) => server.batches().some(isIt))).toBe(true);
    go();
    expect(await work).toEqual([a.vectorOf('late')]);
    for (const server of all) {
      expect(server.batches().filter(isIt)).toHaveLength(1);
      await eventually(() => server.stats.inFlight).toBe(0);
    }
  });

  test('is sent to one more at most', async () => {
    await warmUp();
    for (const server of [a, b]) server.script({ kind: 'hang', when: ([text]) => text === 'once', times: 9 });
    c.script({ kind: 'hang', when: ([text]) => text === 'once', times: 9 });
    const work = embedder.embed(['once'], { tokens: 10, signal: control.signal });
    work.catch(() => {});
    const holders = () => all.filter((server) => server.batches().some(([text]) => text === 'once')).length;
    await eventually(holders).toBe(2);
    // Time enough for a third: other texts are late and answered meanwhile.
    const { dispatcher } = dispatch();
    await answered(dispatcher, add(dispatcher, 40));
    expect(holders()).toBe(2);
    await dispatcher.stop();
  });

  test('fails as the second one does when both fail', async () => {
    embedder = await poolFor([a, b]);
    all = [a, b];
    await warmUp();
    a.script({ kind: 'delay', ms: 500, when: ([text]) => text === 'bad' }, faults.poisoned('bad'));
    b.script({ kind: 'delay', ms: 500, when: ([text]) => text === 'bad' }, faults.poisoned('bad'));
    b.world.models = [];
    a.world.models = [];
    await expect(embedder.embed(['bad'], { tokens: 10 })).rejects.toMatchObject({ meaning: 'missing-model' });
    expect(embedder.endpoints().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  test('fails with the more telling fault, whichever came last', async () => {
    all = [a, b];
    embedder = await poolFor(all);
    await warmUp();
    let isFirst = true;
    const first = ([text]: readonly string[]) => {
      const fits = text === 'bad' && isFirst;
      if (fits) isFirst = false;
      return fits;
    };
    for (const server of all) {
      server.script({ ...faults.busy({ when: first }), afterMs: 500 });
      const lacks = '{"error":"model \\"all-minilm\\" not found"}';
      server.script({
        kind: 'answer',
        status: 404,
        body: lacks,
        afterMs: 600,
        when: ([text]) => text === 'bad',
      });
    }
    await expect(embedder.embed(['bad'], { tokens: 10 })).rejects.toMatchObject({ meaning: 'busy' });
  });
});
