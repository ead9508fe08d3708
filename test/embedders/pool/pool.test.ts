// Several real servers as one embedder: which request goes where, and what is told when they fail.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { canaryTexts } from '../../../src/embedders/guard/canaries.js';
import type { Member } from '../../../src/embedders/pool/member.js';
import { type EmbedderPool, poolOf } from '../../../src/embedders/pool/pool.js';
import { EmbedderFault } from '../../../src/errors.js';
import { eventually } from '../../helpers/eventually.js';
import { type Fault, faults, type TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const servers = new Servers();
let a: TestOllama;
let b: TestOllama;

beforeEach(async () => {
  a = await servers.start();
  b = await servers.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await servers.stop();
});

/** Of two servers; unless a test says otherwise their speeds aren't known, so that on a busy machine none is late. */
async function pool(changesA: Partial<Member> = {}, changesB: Partial<Member> = {}): Promise<EmbedderPool> {
  const ofUnknownSpeed = { msPerToken: () => undefined };
  const ofA = await servers.member(a, { ...ofUnknownSpeed, ...changesA });
  const ofB = await servers.member(b, { ...ofUnknownSpeed, ...changesB });
  return poolOf([ofA, ofB], { lastingMs: 0 });
}

/** Lets the pool's clock run ahead; timers and sockets go on as they are. */
function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

const numbered = (count: number, word = 'text') => Array.from({ length: count }, (_, i) => `${word} ${i}`);

/** Sends all at once, and checks every vector. */
async function together(embedder: EmbedderPool, texts: string[]): Promise<void> {
  const vectors = await Promise.all(texts.map((text) => embedder.embed([text], { tokens: 10 })));
  expect(vectors.flat()).toEqual(texts.map((text) => a.vectorOf(text)));
}

/** As many answers as it takes until the measured speeds count. */
async function warm(embedder: EmbedderPool): Promise<void> {
  for (const text of numbered(8, 'warm')) await embedder.embed([text], { tokens: 10 });
}

const sent = () => [a.stats.embeds, b.stats.embeds];

describe('the choice', () => {
  test('takes turns while nothing is known, and gives the idle one what comes', async () => {
    const embedder = await pool();
    for (const text of ['one', 'two', 'three', 'four']) await embedder.embed([text]);
    expect(a.batches()).toEqual([['one'], ['three']]);
    expect(b.batches()).toEqual([['two'], ['four']]);
    a.script({ kind: 'delay', ms: 50 });
    await together(embedder, ['five', 'six']);
    expect(sent()).toEqual([3, 3]);
  });

  test('counts tokens, not requests', async () => {
    const embedder = await pool();
    const long = embedder.embed(['long'], { tokens: 1000 });
    const short = numbered(5, 'short').map((text) => embedder.embed([text], { tokens: 10 }));
    await Promise.all([long, ...short]);
    expect(a.batches()).toEqual([['long']]);
    expect(b.stats.embeds).toBe(5);
  });

  test('gives the faster one as much more as it is faster, once that is known', async () => {
    const embedder = await pool({ msPerToken: () => 1000 }, { msPerToken: () => 3000 });
    await warm(embedder);
    expect(sent()).toEqual([4, 4]);
    for (const server of [a, b]) server.script({ kind: 'delay', ms: 400, times: 12 });
    await together(embedder, numbered(12));
    expect(sent()).toEqual([4 + 9, 4 + 3]);
  });

  test('gives each its weight', async () => {
    const embedder = await pool({ weight: 4 }, { weight: 1 });
    await together(embedder, numbered(20));
    expect(sent()).toEqual([16, 4]);
  });

  test('tries a slow one again when it got no work for long', async () => {
    const embedder = await pool({ msPerToken: () => 1000 }, { msPerToken: () => 1_000_000 });
    await warm(embedder);
    for (const text of numbered(3)) await embedder.embed([text], { tokens: 10 });
    expect(sent()).toEqual([7, 4]);
    passTime(60_000);
    await embedder.embed(['a'], { tokens: 10 });
    await embedder.embed(['b'], { tokens: 10 });
    expect(sent()).toEqual([8, 5]);
  });

  test('measures the speed itself', async () => {
    const embedder = poolOf([await servers.member(a), await servers.member(b)]);
    expect(embedder.endpoints().map((one) => one.msPerToken)).toEqual([undefined, undefined]);
    await warm(embedder);
    for (const { msPerToken } of embedder.endpoints()) expect(msPerToken).toBeGreaterThan(0);
  });
});

describe('a failure', () => {
  test.each<[string, Fault]>([
    ['a dead server', { kind: 'reset' }],
    ['a busy server', faults.busy()],
    ['a missing model', { kind: 'answer', status: 404, body: '{"error":"model \\"x\\" not found"}' }],
    ['truncated JSON', { kind: 'truncated-json' }],
    ['a vector of zeros', { kind: 'zero-vector' }],
    ['too many vectors', { kind: 'too-many' }],
  ])('is mended by the other server: %s', async (_, fault) => {
    const embedder = await pool();
    a.script({ ...fault, times: Number.POSITIVE_INFINITY });
    const texts = ['one', 'two'];
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => b.vectorOf(text)));
    expect([a.batches(), b.batches()]).toEqual([[texts], [texts]]);
    // The next requests avoid it.
    for (const text of numbered(4)) await embedder.embed([text]);
    expect(sent()).toEqual([1, 5]);
    expect(embedder.endpoints().map((one) => [one.requests, one.failures])).toEqual([
      [1, 1],
      [5, 0],
    ]);
  });

  test('in time is mended, too', async () => {
    const hasty = await servers.open(a, { batchTimeoutMs: 50, loadTimeoutMs: 50 });
    const embedder = poolOf([await servers.member(a, { embedder: hasty }), await servers.member(b)]);
    a.script({ kind: 'hang' });
    expect(await embedder.embed(['one'])).toEqual([b.vectorOf('one')]);
    // The first server is probed in the background, which may have come or not.
    const asked = ({ batches }: TestOllama) => batches().filter((texts) => texts.includes('one')).length;
    expect([asked(a), asked(b)]).toEqual([1, 1]);
  });

  test('that lies with one text is asked about elsewhere; one of several texts is not', async () => {
    const embedder = await pool();
    a.script(faults.poisoned('bad'));
    await expect(embedder.embed(['good', 'bad'])).rejects.toMatchObject({ meaning: 'bad-input' });
    expect(sent()).toEqual([1, 0]);
    // The second try meets the other server.
    expect(await embedder.embed(['good', 'bad'])).toHaveLength(2);
    expect(sent()).toEqual([1, 1]);
    passTime(2000);
    expect(await embedder.embed(['bad'])).toEqual([b.vectorOf('bad')]);
    expect(sent()).toEqual([2, 2]);
  });

  test.each<[string, Fault]>([
    ['too-long', { kind: 'answer', status: 413, body: '' }],
    ['refused', { kind: 'answer', status: 401, body: '{}' }],
  ])('that is %s stays where it is', async (meaning, fault) => {
    const embedder = await pool();
    a.script(fault);
    await expect(embedder.embed(['one'])).rejects.toMatchObject({ meaning });
    expect(sent()).toEqual([1, 0]);
  });

  test('lets a busy server rest as long as it asks, and comes back then', async () => {
    const embedder = await pool();
    a.script(faults.tooManyRequests(30));
    await embedder.embed(['one']);
    passTime(29_000);
    for (const text of numbered(3)) await embedder.embed([text]);
    expect(sent()).toEqual([1, 4]);
    passTime(31_000);
    await embedder.embed(['two']);
    expect(sent()).toEqual([2, 4]);
    expect(embedder.endpoints()[0]!.breaker).toBe('closed');
  });

  test('stops at the signal, and asks no other server', async () => {
    const embedder = await pool();
    const control = new AbortController();
    a.script({ kind: 'hang' });
    const work = embedder.embed(['one'], { signal: control.signal });
    await eventually(() => a.stats.embeds).toBe(1);
    control.abort(new EmbedderFault('unreachable', 'given up'));
    await expect(work).rejects.toThrow('given up');
    expect(sent()).toEqual([1, 0]);
  });
});

describe('when all fail', () => {
  const dead: Fault = { kind: 'reset', times: Number.POSITIVE_INFINITY };
  const busy = faults.busy({ times: Number.POSITIVE_INFINITY });
  const lacking: Fault = {
    kind: 'answer',
    status: 404,
    body: '{"error":"model \\"x\\" not found"}',
    times: 9,
  };

  test.each<[string, Fault, Fault, string]>([
    ['all are down', dead, dead, 'unreachable'],
    ['one is only busy', dead, busy, 'busy'],
    ['one lacks the model', lacking, dead, 'unreachable'],
    ['both refuse the text', faults.poisoned('one'), faults.poisoned('one'), 'bad-input'],
  ])('the most telling fault is heard: %s', async (_, ofA, ofB, meaning) => {
    const embedder = await pool();
    a.script(ofA);
    b.script(ofB);
    await expect(embedder.embed(['one'])).rejects.toMatchObject({ meaning });
    expect(sent()).toEqual([1, 1]);
  });

  test('the shortest pause that one asks for is heard', async () => {
    const embedder = await pool();
    a.script(faults.tooManyRequests(60));
    b.script(faults.tooManyRequests(2));
    await expect(embedder.embed(['one'])).rejects.toMatchObject({ meaning: 'busy', retryAfterMs: 2000 });
  });
});

describe('the circuit breakers', () => {
  async function broken(): Promise<EmbedderPool> {
    const embedder = await pool();
    a.script({ kind: 'reset', times: 5 });
    for (let i = 0; i < 5; i++) {
      passTime(20_000 * (i + 1));
      await embedder.embed([`a ${i}`]);
      if (a.stats.embeds === i + 1) continue;
      await embedder.embed([`b ${i}`]);
    }
    return embedder;
  }

  test('open for the server that fails alone, and let one probe of their own through', async () => {
    const embedder = await broken();
    expect(embedder.endpoints().map((one) => one.breaker)).toEqual(['open', 'closed']);
    const before = b.stats.embeds;
    await together(embedder, numbered(5));
    expect(sent()).toEqual([5, before + 5]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
    passTime(200_000);
    expect(embedder.endpoints()[0]!.breaker).toBe('half-open');
    await together(embedder, numbered(5, 'again'));
    // While another can work, no text is risked.
    await eventually(() => embedder.endpoints()[0]!.breaker).toBe('closed');
    expect(sent()).toEqual([6, before + 10]);
    expect(a.batches().at(-1)).toEqual(canaryTexts.map(({ text }) => text));
  });

  test('can all be closed', async () => {
    const embedder = await broken();
    embedder.resetBreakers();
    expect(embedder.endpoints().map((one) => one.breaker)).toEqual(['closed', 'closed']);
    const [before] = sent();
    await together(embedder, numbered(4));
    expect(a.stats.embeds).toBeGreaterThan(before!);
  });

  test('make even a single dead server known at once', async () => {
    const embedder = poolOf([await servers.member(a)], { failures: 2, lastingMs: 0 });
    await a.die();
    for (let i = 0; i < 2; i++) {
      await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'unreachable' });
    }
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      meaning: 'resting',
      message: expect.stringContaining(a.url),
    });
    expect(embedder.endpoints()).toEqual([
      {
        url: a.url,
        weight: 1,
        breaker: 'open',
        refused: undefined,
        unsure: false,
        inFlight: 0,
        requests: 2,
        failures: 2,
        msPerToken: undefined,
      },
    ]);
  });
});

describe('a pool', () => {
  test('leaves a server alone for good that changed', async () => {
    const member = await servers.member(a);
    let changed = true;
    const turncoat: Member['embedder'] = {
      ...member.embedder,
      identity: member.embedder.identity,
      counter: member.embedder.counter,
      embed: async (texts, options) => {
        if (changed) throw new EmbedderFault('changed', 'no longer the same');
        return member.embedder.embed(texts, options);
      },
      close: () => member.embedder.close(),
    };
    const embedder = poolOf([{ ...member, embedder: turncoat }, await servers.member(b)]);
    await embedder.embed(['one']);
    changed = false;
    passTime(1_000_000);
    for (const text of numbered(4)) await embedder.embed([text]);
    expect(sent()).toEqual([0, 5]);
  });

  test('takes in another server', async () => {
    const embedder = poolOf([await servers.member(a)]);
    embedder.add(await servers.member(b));
    await together(embedder, numbered(4));
    expect(sent()).toEqual([2, 2]);
    expect(embedder.endpoints().map((one) => one.url)).toEqual([a.url, b.url]);
  });

  test('says what is in flight', async () => {
    const embedder = await pool();
    a.script({ kind: 'hang' });
    const control = new AbortController();
    const work = embedder.embed(['one'], { signal: control.signal });
    expect(embedder.endpoints().map((one) => one.inFlight)).toEqual([1, 0]);
    control.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(embedder.endpoints().map((one) => one.inFlight)).toEqual([0, 0]);
  });
});
