import { describe, expect, test } from 'vitest';
import { Dispatcher, type DispatcherOptions, type Ticket } from '../../src/batches/dispatcher.js';
import { EmbedderFault, type FaultMeaning, ServiceError } from '../../src/errors.js';
import type { Embedder, EmbedOptions, Vector } from '../../src/types.js';
import { vectorOf as vectorFor } from '../helpers/ollama/vectors.js';

const vectorOf = (text: string) => vectorFor(text, 8);
const CANARY = 'the canary';

type Answer = (texts: readonly string[], options: EmbedOptions) => Promise<Vector[]> | Vector[];

/** An embedder whose answers the test decides, request by request. */
class FakeEmbedder implements Embedder {
  readonly requests: string[][] = [];
  readonly maxTokens = 512;
  readonly defaultChunkTokens = 256;
  readonly counter = { id: 'test/1', special: 0, count: (text: string) => text.length };
  readonly identity = {
    embedder: 'ollama' as const,
    variant: '',
    model: 'test',
    digest: '00',
    dimensions: 8,
    options: {},
    prefixes: { document: '', query: '' },
  };
  readonly #answer: Answer;

  constructor(answer: Answer = (texts) => texts.map((text) => vectorOf(text))) {
    this.#answer = answer;
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vector[]> {
    this.requests.push([...texts]);
    return this.#answer(texts, options);
  }

  async close(): Promise<void> {}
}

function dispatch(embedder: Embedder, options: Partial<DispatcherOptions> = {}) {
  const answered: Ticket[] = [];
  const dispatcher = new Dispatcher(embedder, {
    items: 4,
    tokens: 1000,
    length: 10_000,
    concurrency: 2,
    signal: new AbortController().signal,
    canary: CANARY,
    onAnswer: async (tickets) => void answered.push(...tickets),
    ...options,
  });
  return { dispatcher, answered };
}

async function drain(dispatcher: Dispatcher, tickets: readonly Ticket[]): Promise<void> {
  dispatcher.end();
  while (tickets.some((ticket) => !ticket.vector && !ticket.fault)) await dispatcher.settled();
}

const addAll = (dispatcher: Dispatcher, texts: readonly string[]) =>
  texts.map((text) => dispatcher.add(`hash of ${text}`, text, 10));

const names = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);

/** Fails every request that holds a poisoned text; the canary is fine. */
const poisoned = (isPoison: (text: string) => boolean, meaning: FaultMeaning) =>
  new FakeEmbedder((texts) => {
    if (texts.some(isPoison)) throw new EmbedderFault(meaning, 'poison');
    return texts.map((text) => vectorOf(text));
  });

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
    const canaries = embedder.requests.filter((texts) => texts[0] === CANARY);
    expect(canaries).toHaveLength(2);
    expect(embedder.requests).toHaveLength(1 + 2 * 4 + 2);
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
    expect(embedder.requests.flat()).not.toContain(CANARY);
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
