import { describe, expect, test } from 'vitest';
import { Dispatcher, type DispatcherOptions } from '../../src/batching/dispatcher.js';
import { Limiter } from '../../src/batching/limiter/limiter.js';
import { Limits } from '../../src/batching/limiter/limiter-registry.js';
import type { Ticket } from '../../src/batching/ticket.js';
import { withRetry } from '../../src/embedders/back-off.js';
import { EmbedderFault, type FaultMeaning, ServiceError } from '../../src/errors.js';
import { BatchMetrics } from '../../src/metrics/metrics.js';
import type { Embedder } from '../../src/types/embedder.js';
import type { Priority } from '../../src/types/requests.js';
import { FakeEmbedder, poisoned, vectorOf } from '../helpers/embedder.js';
import { eventually } from '../helpers/eventually.js';

const canary = 'the canary';

interface Options extends Partial<DispatcherOptions> {
  items?: number;
  concurrency?: number;
}

function dispatch(embedder: Embedder, { items = 4, concurrency = 2, ...options }: Options = {}) {
  const answered: Ticket[] = [];
  const metrics = new BatchMetrics();
  const dispatcher = new Dispatcher(embedder, {
    bounds: { tokens: 1000, length: 10_000 },
    limits: new Limits(() => new Limiter({ batchSize: items, concurrency })),
    metrics,
    signal: new AbortController().signal,
    canary: canary,
    outage: 'end',
    onAnswer: async (tickets) => void answered.push(...tickets),
    ...options,
  });
  return { dispatcher, answered, metrics };
}

async function drain(dispatcher: Dispatcher, tickets: readonly Ticket[]): Promise<void> {
  dispatcher.end();
  while (tickets.some((ticket) => !ticket.isSettled)) await dispatcher.settled();
}

const add = (dispatcher: Dispatcher, text: string, priority?: Priority, lane?: string) =>
  dispatcher.add({
    hash: `hash of ${text}`,
    text,
    tokens: 10,
    ...(priority !== undefined && { priority }),
    ...(lane !== undefined && { lane }),
  });

const addAll = (dispatcher: Dispatcher, texts: readonly string[]) =>
  texts.map((text) => add(dispatcher, text));

const names = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);

/** An embedder that answers when told to. */
function gated() {
  const open: (() => void)[] = [];
  const embedder = new FakeEmbedder(async (texts) => {
    await new Promise<void>((resolve) => open.push(resolve));
    return texts.map((text) => vectorOf(text));
  });
  return { embedder, release: () => open.shift()?.() };
}

describe('batches', () => {
  test('every text gets its own vector, in full batches', async () => {
    const embedder = new FakeEmbedder();
    const { dispatcher, answered } = dispatch(embedder);
    const tickets = addAll(dispatcher, names(10));
    await drain(dispatcher, tickets);
    for (const ticket of tickets) expect(ticket.vector).toEqual(vectorOf(ticket.text));
    expect(embedder.requests.map((texts) => texts.length)).toEqual([4, 4, 2]);
    expect(answered).toHaveLength(10);
  });

  test('no more requests are in flight than asked for', async () => {
    let inFlight = 0;
    let most = 0;
    const embedder = new FakeEmbedder(async (texts) => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      return texts.map((text) => vectorOf(text));
    });
    const { dispatcher } = dispatch(embedder, { concurrency: 3 });
    await drain(dispatcher, addAll(dispatcher, names(80)));
    expect(most).toBe(3);
  });

  test('a batch that is not full waits while another is in flight, but not for ever', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const embedder = new FakeEmbedder(async (texts) => {
      if (texts.includes('text 0')) await gate;
      return texts.map((text) => vectorOf(text));
    });
    const { dispatcher } = dispatch(embedder);
    const tickets = addAll(dispatcher, names(6));
    dispatcher.send();
    expect(embedder.requests).toHaveLength(1);
    expect(dispatcher.waiting).toBe(2);
    release();
    await dispatcher.settled();
    while (!tickets[5]!.vector) await dispatcher.settled();
    expect(embedder.requests.map((texts) => texts.length)).toEqual([4, 2]);
  });

  test('the same text is under way once only', async () => {
    const embedder = new FakeEmbedder();
    const { dispatcher, answered } = dispatch(embedder);
    const tickets = addAll(dispatcher, ['same', 'other', 'same']);
    expect(tickets[2]).toBe(tickets[0]);
    await drain(dispatcher, tickets);
    expect(embedder.requests).toEqual([['same', 'other']]);
    expect(answered).toHaveLength(2);
  });
});

describe('faults', () => {
  test('a poisoned text is isolated; all others get their vectors', async () => {
    const embedder = poisoned((text) => text === 'text 5', 'bad-input');
    const { dispatcher } = dispatch(embedder, { items: 16, concurrency: 1 });
    const tickets = addAll(dispatcher, names(16));
    await drain(dispatcher, tickets);
    for (const [index, ticket] of tickets.entries()) {
      if (index === 5) expect(ticket.fault?.meaning).toBe('bad-input');
      else expect(ticket.vector).toEqual(vectorOf(ticket.text));
    }
    // 16 → 8+8 → 4+4 → 2+2 → 1+1: two requests a level, and the canary before the first and the last verdict.
    const canaries = embedder.requests.filter((texts) => texts[0] === canary);
    expect(canaries).toHaveLength(2);
    expect(embedder.requests).toHaveLength(1 + 2 * 4 + 2);
  });

  test('a text that hangs the server costs all tries once, and then one at each level', async () => {
    const tries: [texts: number, onceLate: boolean][] = [];
    const embedder = new FakeEmbedder((texts, { onceLate = false }) => {
      if (!texts.includes('text 5')) return texts.map((text) => vectorOf(text));
      tries.push([texts.length, onceLate]);
      throw new EmbedderFault('timeout', 'late');
    });
    const { dispatcher } = dispatch(withRetry(embedder, { retries: 3, baseMs: 1 }), {
      items: 16,
      concurrency: 1,
    });
    const tickets = addAll(dispatcher, names(16));
    await drain(dispatcher, tickets);
    expect(tickets.map((ticket) => ticket.fault?.meaning).filter(Boolean)).toEqual(['timeout']);
    expect(tickets[5]!.fault).toBeDefined();
    const whole = Array.from({ length: 4 }, () => [16, false]);
    expect(tries).toEqual([...whole, [8, true], [4, true], [2, true], [1, true]]);
  });

  test('a half of a batch that failed otherwise gets all its tries when it is late', async () => {
    let late = 1;
    const embedder = new FakeEmbedder((texts) => {
      if (texts.includes('text 0')) throw new EmbedderFault('bad-input', 'poison');
      if (texts.includes('text 1') && late-- > 0) throw new EmbedderFault('timeout', 'late');
      return texts.map((text) => vectorOf(text));
    });
    const { dispatcher } = dispatch(withRetry(embedder, { retries: 3, baseMs: 1 }), { concurrency: 1 });
    const tickets = addAll(dispatcher, names(2));
    await drain(dispatcher, tickets);
    expect(tickets.map((ticket) => ticket.fault?.meaning)).toEqual(['bad-input', undefined]);
  });

  test('a text that is too long needs no canary', async () => {
    const embedder = poisoned((text) => text === 'text 1', 'too-long');
    const { dispatcher } = dispatch(embedder);
    const tickets = addAll(dispatcher, names(4));
    await drain(dispatcher, tickets);
    expect(tickets.map((ticket) => ticket.fault?.meaning)).toEqual([
      undefined,
      'too-long',
      undefined,
      undefined,
    ]);
    expect(embedder.requests.flat()).not.toContain(canary);
  });

  test.each<FaultMeaning>(['bad-input', 'timeout', 'bad-answer', 'unreachable'])(
    'a server that fails the canary, too, ends the run: %s',
    async (meaning) => {
      const embedder = poisoned(() => true, meaning);
      const { dispatcher } = dispatch(embedder, { concurrency: 1 });
      const tickets = addAll(dispatcher, names(12));
      await expect(drain(dispatcher, tickets)).rejects.toThrow(ServiceError);
      expect(embedder.requests).toHaveLength(2);
      expect(tickets.some((ticket) => ticket.fault)).toBe(false);
    },
  );

  test.each<FaultMeaning>(['busy', 'missing-model', 'refused'])(
    'what no text can cause ends the run at once: %s',
    async (meaning) => {
      const embedder = poisoned(() => true, meaning);
      const { dispatcher } = dispatch(embedder, { concurrency: 1 });
      await expect(drain(dispatcher, addAll(dispatcher, names(12)))).rejects.toThrow(ServiceError);
      expect(embedder.requests).toHaveLength(1);
    },
  );

  test('after a failure, the other requests are given up and nothing more is sent', async () => {
    let aborted = false;
    const embedder = new FakeEmbedder(async (texts, { signal }) => {
      if (texts.includes('text 0')) throw new EmbedderFault('busy', 'gone');
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      });
      return [];
    });
    const { dispatcher } = dispatch(embedder);
    await expect(drain(dispatcher, addAll(dispatcher, names(40)))).rejects.toThrow('gone');
    await dispatcher.stop();
    expect(aborted).toBe(true);
    expect(embedder.requests).toHaveLength(2);
  });

  test('an abort is passed on as it is', async () => {
    const controller = new AbortController();
    const embedder = new FakeEmbedder(() => {
      controller.abort(new Error('stop it'));
      throw controller.signal.reason;
    });
    const { dispatcher } = dispatch(embedder, { signal: controller.signal });
    await expect(drain(dispatcher, addAll(dispatcher, names(3)))).rejects.toThrow('stop it');
    await dispatcher.stop();
    expect(dispatcher.waiting).toBe(0);
  });
});

describe('priorities', () => {
  test('what is urgent overtakes what waits; a text that is wanted more urgently moves up', async () => {
    const { embedder, release } = gated();
    const { dispatcher } = dispatch(embedder, { concurrency: 1, items: 2 });
    const tickets = [add(dispatcher, 'first', 2)];
    dispatcher.send();
    tickets.push(add(dispatcher, 'low', 4), add(dispatcher, 'normal', 2), add(dispatcher, 'raised', 3));
    tickets.push(add(dispatcher, 'urgent', 0), add(dispatcher, 'raised', 1));
    dispatcher.end();
    for (const _ of [1, 2, 3]) {
      release();
      await dispatcher.settled();
    }
    expect(embedder.requests).toEqual([['first'], ['urgent', 'raised'], ['normal', 'low']]);
    expect(tickets[5]).toBe(tickets[3]);
  });
});

describe('callers', () => {
  test('the last one that leaves takes its text from the queue', async () => {
    const { embedder, release } = gated();
    const taken: number[] = [];
    const { dispatcher } = dispatch(embedder, {
      concurrency: 1,
      items: 1,
      onTaken: (count) => taken.push(count),
    });
    add(dispatcher, 'in flight');
    dispatcher.send();
    const alone = add(dispatcher, 'alone');
    const shared = add(dispatcher, 'shared');
    add(dispatcher, 'shared');
    dispatcher.leave(alone);
    dispatcher.leave(shared);
    expect(dispatcher.waiting).toBe(1);
    dispatcher.end();
    release();
    await dispatcher.settled();
    release();
    await dispatcher.finish();
    expect(embedder.requests).toEqual([['in flight'], ['shared']]);
    expect(taken).toEqual([1, 1, 1]);
  });

  test('texts of two kinds never share a request', async () => {
    const embedder = new FakeEmbedder();
    const { dispatcher } = dispatch(embedder, { items: 8 });
    const cut = { truncate: true, dimensions: undefined };
    const tickets = names(6).map((text, index) =>
      dispatcher.add({
        hash: text,
        text,
        tokens: 1,
        space: index % 2 ? 'cut' : '',
        ...(index % 2 && { kind: cut }),
      }),
    );
    await drain(dispatcher, tickets);
    expect(embedder.requests.map((texts) => [...texts].sort())).toEqual([
      ['text 0', 'text 2', 'text 4'],
      ['text 1', 'text 3', 'text 5'],
    ]);
  });
});

describe('a dispatcher that outlives outages', () => {
  test('fails what met the outage, and serves what comes later', async () => {
    let down = true;
    const embedder = new FakeEmbedder((texts) => {
      if (down) throw new EmbedderFault('unreachable', 'down');
      return texts.map((text) => vectorOf(text));
    });
    const { dispatcher } = dispatch(embedder, { outage: 'fail', concurrency: 1 });
    const early = addAll(dispatcher, names(3));
    dispatcher.send();
    await dispatcher.settled();
    expect(early.map((ticket) => ticket.error)).toEqual(Array(3).fill(expect.any(ServiceError)));
    down = false;
    const late = addAll(dispatcher, names(3));
    expect(late[0]).not.toBe(early[0]);
    dispatcher.send();
    await dispatcher.settled();
    expect(late.map((ticket) => ticket.vector)).toEqual(names(3).map(vectorOf));
  });

  test('waits for a server that comes back, with everything that was sent meanwhile', async () => {
    let down = true;
    const embedder = new FakeEmbedder((texts) => {
      if (down) throw new EmbedderFault('resting', 'down');
      return texts.map((text) => vectorOf(text));
    });
    let outages = 0;
    const { dispatcher } = dispatch(embedder, {
      comeback: async () => {
        outages++;
        await new Promise((resolve) => setImmediate(resolve));
        down = false;
        return true;
      },
    });
    const tickets = addAll(dispatcher, names(20));
    await drain(dispatcher, tickets);
    expect(tickets.every((ticket) => ticket.vector)).toBe(true);
    expect(outages).toBe(1);
  });

  test('a server that stays away is waited for once, for all that wait', async () => {
    const embedder = poisoned(() => true, 'unreachable');
    let outages = 0;
    const { dispatcher } = dispatch(embedder, {
      outage: 'fail',
      concurrency: 1,
      comeback: async () => {
        outages++;
        return false;
      },
    });
    const tickets = addAll(dispatcher, names(20));
    await drain(dispatcher, tickets);
    expect(tickets.every((ticket) => ticket.error instanceof ServiceError)).toBe(true);
    expect(outages).toBe(1);
    expect(embedder.requests).toHaveLength(2);
  });

  test('a batch that takes the server down each time is halved, not waited for again and again', async () => {
    let down = false;
    const embedder = new FakeEmbedder((texts) => {
      if (texts.includes('text 2')) down = true;
      if (down) throw new EmbedderFault('unreachable', 'down');
      return texts.map((text) => vectorOf(text));
    });
    const { dispatcher } = dispatch(embedder, {
      concurrency: 1,
      comeback: async () => {
        down = false;
        return true;
      },
    });
    const tickets = addAll(dispatcher, names(4));
    await drain(dispatcher, tickets);
    expect(tickets.map((ticket) => ticket.fault?.meaning)).toEqual([
      undefined,
      undefined,
      'unreachable',
      undefined,
    ]);
  });
});

test('a batch that is not full waits for its time only', async () => {
  const { embedder, release } = gated();
  const { dispatcher } = dispatch(embedder, { lingerMs: 20 });
  const tickets = [add(dispatcher, 'first')];
  dispatcher.send();
  tickets.push(add(dispatcher, 'second'));
  dispatcher.send();
  expect(embedder.requests).toHaveLength(1);
  await eventually(() => embedder.requests.length).toBe(2);
  release();
  release();
  await drain(dispatcher, tickets);
});

test('the metrics say what was sent, answered, halved and failed', async () => {
  const embedder = poisoned((text) => text === 'text 3', 'bad-input');
  const { dispatcher, metrics } = dispatch(embedder, { items: 8, concurrency: 1 });
  await drain(dispatcher, addAll(dispatcher, names(8)));
  const live = {
    queue_size: 0,
    active_requests: 0,
    batch_size_limit: 8,
    concurrency_limit: 1,
    endpoints: [],
  };
  expect(metrics.snapshot(live)).toMatchObject({
    texts_queued: 8,
    texts: 7,
    requests: 7,
    batches_processed: 3,
    individual_requests: 2,
    fallbacks: 1,
    text_failures_total: 1,
    failures_total: 4,
  });
});
