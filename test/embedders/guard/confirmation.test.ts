// Which look at a server confirms which answer, how often it is looked, and what becomes of looks that fail.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AnswerTimes } from '../../../src/embedders/answer-times.js';
import { measureSpace } from '../../../src/embedders/guard/canaries.js';
import { type SteadyEmbedder, withSpaceGuard } from '../../../src/embedders/guard/space-guard.js';
import type { Member } from '../../../src/embedders/pool/member.js';
import { type EmbedderPool, poolOf } from '../../../src/embedders/pool/pool.js';
import type { EmbedderFault } from '../../../src/errors.js';
import { eventsFor } from '../../../src/events.js';
import { eventually } from '../../helpers/eventually.js';
import { hold } from '../../helpers/hold.js';
import { allMiniLm, type TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const newModel = { digest: 'e'.repeat(64) };
const ever = { times: Number.POSITIVE_INFINITY };
const servers = new Servers();
let server: TestOllama;
let embedder: SteadyEmbedder;

beforeEach(async () => {
  server = await servers.start();
  embedder = (await steady(server)).embedder;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await servers.stop();
});

/** Until the server was opened. */
const looksBefore = new Map<TestOllama, number>();
const allLooks = (of: TestOllama) => of.requests.filter(({ path }) => path === '/api/tags').length;

async function steady(of: TestOllama): Promise<Member & { embedder: SteadyEmbedder }> {
  const inner = await servers.open(of);
  const embedder = withSpaceGuard(inner);
  await measureSpace(embedder);
  await embedder.confirm({});
  looksBefore.set(of, allLooks(of));
  const { url, where } = inner;
  const { isUnsure, confirm, reconsider } = embedder;
  return {
    url,
    where,
    weight: 1,
    embedder,
    msPerToken: () => inner.msPerToken,
    isUnsure,
    confirm,
    reconsider,
  };
}

const looks = (of = server) => allLooks(of) - looksBefore.get(of)!;
const meaningOf = (work: Promise<unknown>) =>
  work.then(
    () => 'confirmed',
    (fault: EmbedderFault) => fault.meaning ?? fault.message,
  );

describe('a look', () => {
  test('at an idle server begins at once, and one is enough for all that is there', async () => {
    await embedder.confirm({});
    expect(looks()).toBe(1);
    await Promise.all([embedder.confirm({}), embedder.confirm({}), embedder.confirm({})]);
    // The first has begun when the others come.
    expect(looks()).toBe(3);
  });

  test('is made while the server works, and confirms the answer when it comes', async () => {
    const [go, times] = [hold(server), new AnswerTimes()];
    const work = embedder.embed(['a'], { times });
    await eventually(looks).toBe(1);
    await eventually(() => server.batches().at(-1)).toEqual(['a']);
    // In a busy process, the first look may have begun before the server had read the request.
    await embedder.confirm({});
    go();
    await work;
    const before = looks();
    await embedder.confirm({ chosenBy: times.chosenBy });
    expect(looks()).toBe(before);
  });

  test('that was made before the server chose the model says nothing of the answer', async () => {
    let goOn = () => {};
    const until = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    server.script({ kind: 'become', as: newModel, answers: 'new', until });
    const times = new AnswerTimes();
    const work = embedder.embed(['a'], { times });
    await eventually(looks).toBe(1);
    goOn();
    await work;
    expect(server.world.models[0]!.digest).toBe(newModel.digest);
    expect(await meaningOf(embedder.confirm({ chosenBy: times.chosenBy }))).toBe('changed');
    expect(looks()).toBe(2);
  });

  test('that began before an answer came says nothing of it', async () => {
    const go = hold(server, { path: '/api/tags' });
    const first = embedder.confirm({});
    await eventually(looks).toBe(1);
    server.become(newModel);
    await embedder.embed(['of the new model']);
    const second = embedder.confirm({});
    go();
    expect(await meaningOf(first)).toBe('confirmed');
    expect(await meaningOf(second)).toBe('changed');
    expect(looks()).toBe(2);
  });

  test('at a busy server is put off a little, and never for good', async () => {
    server.script({ kind: 'hang', when: ([text]) => text === 'long' });
    const control = new AbortController();
    const long = embedder.embed(['long'], { signal: control.signal });
    long.catch(() => {});
    // The one that is made while it works.
    await eventually(looks).toBe(1);
    const start = performance.now();
    for (let i = 0; i < 5; i++) await embedder.confirm({});
    // Each but the first waits for its turn.
    expect(performance.now() - start).toBeGreaterThan(4 * 50 - 10);
    expect(looks()).toBe(6);
    control.abort(new Error('enough'));
  });

  test('ends with who waits for it, and with the embedder', async () => {
    server.script({ kind: 'hang', path: '/api/tags', ...ever });
    const control = new AbortController();
    const aborted = meaningOf(embedder.confirm({ signal: control.signal }));
    const closed = meaningOf(embedder.confirm({}));
    control.abort(new Error('enough'));
    expect(await aborted).toBe('enough');
    await embedder.close();
    expect(await closed).toBe('The embedder was closed.');
    await expect(embedder.confirm({})).rejects.toThrow('The embedder was closed.');
  });

  test('that hangs delays no request that another server can answer, and neither does the next one', async () => {
    server.script({ kind: 'hang', path: '/api/tags', ...ever });
    const first = meaningOf(embedder.confirm({ patienceMs: 300 }));
    await eventually(looks).toBe(1);
    const second = meaningOf(embedder.confirm({ patienceMs: 300 }));
    let isOver = false;
    const patient = embedder.confirm({}).finally(() => {
      isOver = true;
    });
    patient.catch(() => {});
    expect(await Promise.all([first, second])).toEqual(['unconfirmed', 'unconfirmed']);
    expect(await meaningOf(embedder.confirm({ patienceMs: 300 }))).toBe('unconfirmed');
    expect(isOver).toBe(false);
  });

  test('whose model is missing for a moment is taken again', async () => {
    server.script({ kind: 'answer', status: 200, body: '{"models":[]}', path: '/api/tags' });
    expect(await meaningOf(embedder.confirm({}))).toBe('confirmed');
    server.script({ kind: 'answer', status: 200, body: '{"models":[]}', path: '/api/tags', times: 2 });
    expect(await meaningOf(embedder.confirm({}))).toBe('changed');
  });
});

describe('a server that changed', () => {
  test('gets nothing more until it is what it was, by digest and by canaries', async () => {
    server.become(newModel);
    expect(await meaningOf(embedder.confirm({}))).toBe('changed');
    const { embeds } = server.stats;
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    const signal = new AbortController().signal;
    expect(await embedder.reconsider(signal)).toBe(false);
    // Of another digest there is nothing to measure.
    expect(server.stats.embeds).toBe(embeds);
    server.become({ digest: allMiniLm.digest, salt: 'other' });
    expect(await embedder.reconsider(signal)).toBe(false);
    const measured = server.stats.embeds;
    expect(measured).toBeGreaterThan(embeds);
    // It is the one that was refused.
    expect(await embedder.reconsider(signal)).toBe(false);
    expect(server.stats.embeds).toBe(measured);
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    server.become({ salt: '' });
    await server.die();
    await server.revive();
    await eventually(() => embedder.reconsider(signal).catch(() => false)).toBe(true);
    expect(await embedder.embed(['a'])).toEqual([server.vectorOf('a')]);
    expect(await meaningOf(embedder.confirm({}))).toBe('confirmed');
  });
});

describe('a pool', () => {
  let other: TestOllama;
  let said: string[];

  beforeEach(async () => {
    other = await servers.start();
    said = [];
  });

  async function pool(...of: TestOllama[]): Promise<EmbedderPool> {
    const [first, ...others] = await Promise.all(of.map(steady));
    return poolOf([first!, ...others], {
      events: eventsFor({
        warning: (message) => said.push(`warning: ${message}`),
        notice: (message) => said.push(`notice: ${message}`),
      }),
    });
  }

  function passTime(ms: number): void {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  }

  /** Answers enough that all speeds are known. */
  async function warm(embedder: EmbedderPool): Promise<void> {
    for (let i = 0; i < 10; i++) await embedder.embed([`warm ${i}`], { tokens: 10 });
  }

  const askedFor = (text: string) =>
    [server, other].map((one) => one.batches().filter(([first]) => first === text).length);

  test('sends what one answers and does not confirm to another', async () => {
    const embedder = await pool(server, other);
    await warm(embedder);
    for (const one of [server, other]) {
      one.script({ kind: 'hang', path: '/api/tags', when: () => one === server, ...ever });
    }
    const start = performance.now();
    const texts = Array.from({ length: 6 }, (_, i) => `text ${i}`);
    const vectors = await Promise.all(texts.map((text) => embedder.embed([text], { tokens: 10 })));
    expect(vectors.flat()).toEqual(texts.map((text) => other.vectorOf(text)));
    expect(performance.now() - start).toBeLessThan(8000);
    // What hangs gets no more texts.
    const before = askedFor('later');
    await embedder.embed(['later'], { tokens: 10 });
    expect(askedFor('later')).toEqual([before[0], before[1]! + 1]);
    await embedder.close();
  });

  test('takes no request for late because it waits for its look', async () => {
    const embedder = await pool(server, other);
    await warm(embedder);
    for (const one of [server, other]) one.script({ kind: 'delay', ms: 600, path: '/api/tags' });
    await embedder.embed(['once'], { tokens: 10 });
    expect(askedFor('once').toSorted()).toEqual([0, 1]);
    await embedder.close();
  });

  test('gives a slot back with the answer, before it is confirmed', async () => {
    const embedder = await pool(server);
    const go = hold(server, { path: '/api/tags' });
    const limits = {
      concurrency: 1,
      batchSize: 1,
      answered: vi.fn(),
      overloaded: () => {},
    };
    const free = embedder.slots.next({ of: () => limits, hedged: () => {} });
    const slot = free!.take();
    let isOver = false;
    const work = embedder.embed(['a'], { tokens: 10, slot }).finally(() => {
      isOver = true;
    });
    await eventually(() => limits.answered.mock.calls.length).toBe(1);
    expect(embedder.slots.next({ of: () => limits, hedged: () => {} })).toBeDefined();
    expect(isOver).toBe(false);
    go();
    expect(await work).toEqual([server.vectorOf('a')]);
    await embedder.close();
  });

  test('goes on without one that changed, says so once, and takes it back', async () => {
    const embedder = await pool(server, other);
    await warm(embedder);
    server.become(newModel);
    // All at once, so that both get some, unless one was seen to be much slower.
    let round = 0;
    const send = async () => {
      round++;
      const texts = Array.from({ length: 12 }, (_, i) => `text ${round} ${i}`);
      const vectors = await Promise.all(texts.map((text) => embedder.embed([text], { tokens: 10 })));
      expect(vectors.flat()).toEqual(texts.map((text) => other.vectorOf(text)));
      return said.length;
    };
    await eventually(send).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(
        `^warning: Going on without ${server.url} until it .* Ollama at .* has another model`,
      ),
    ]);
    expect(embedder.endpoints().map(({ breaker }) => breaker)).toEqual(['open', 'closed']);
    const { embeds } = server.stats;
    passTime(16_000);
    await embedder.embed(['while it is another'], { tokens: 10 });
    await eventually(looks).toBeGreaterThan(2);
    server.become({ digest: allMiniLm.digest });
    await embedder.embed(['soon'], { tokens: 10 });
    expect(server.stats.embeds).toBe(embeds);
    passTime(32_000);
    const goOn = async () => {
      await embedder.embed(['again'], { tokens: 10 });
      return said.at(-1);
    };
    await eventually(goOn).toBe(
      `notice: Ollama at ${server.url} is the same as before again, and takes part.`,
    );
    const more = async () => {
      await embedder.embed(['more'], { tokens: 10 });
      return askedFor('more')[0];
    };
    await eventually(more).toBeGreaterThan(0);
    expect(said).toHaveLength(2);
    expect(embedder.endpoints().map(({ breaker }) => breaker)).toEqual(['closed', 'closed']);
    await embedder.close();
  });

  test('of one server alone waits for the look that takes it back', async () => {
    const embedder = await pool(server);
    server.become(newModel);
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    passTime(16_000);
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    server.become({ digest: allMiniLm.digest });
    expect(await meaningOf(embedder.embed(['a']))).toBe('changed');
    passTime(32_000);
    expect(await embedder.embed(['a'])).toEqual([server.vectorOf('a')]);
    expect(said).toEqual([`notice: Ollama at ${server.url} is the same as before again, and takes part.`]);
    await embedder.close();
  });
});
