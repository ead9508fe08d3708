// Another server at the same address, made by real restarts: what is noticed, and what it costs.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { canaryTexts, measureSpace } from '../../../src/embedders/guard/canaries.js';
import { withSpaceGuard } from '../../../src/embedders/guard/space-guard.js';
import type { ServerEmbedder } from '../../../src/embedders/pool/member.js';
import type { Embedder } from '../../../src/types/embedder.js';
import { saidInto } from '../../helpers/events.js';
import { eventually } from '../../helpers/eventually.js';
import { hold } from '../../helpers/hold.js';
import { allMiniLm, faults, type TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const servers = new Servers();
const canaries = canaryTexts.map((one) => one.text);
let server: TestOllama;
let inner: ServerEmbedder;
let embedder: Embedder;

beforeEach(async () => {
  server = await servers.start();
  inner = await servers.open(server);
  embedder = withSpaceGuard(inner);
});
afterEach(async () => {
  vi.useRealTimers();
  await servers.stop();
});

async function restart(as: Parameters<TestOllama['revive']>[0] = {}): Promise<void> {
  const { losses } = inner;
  await server.die();
  await eventually(() => inner.losses).toBeGreaterThan(losses);
  await server.revive(as);
  // It may have broken two connections, of which one isn't noticed yet: a request over it would be lost with it.
  await vi.waitFor(() => inner.version(AbortSignal.timeout(20_000)), { timeout: 20_000, interval: 10 });
}

/** Sends all at once, and checks every vector. */
async function together(...texts: string[]): Promise<void> {
  const vectors = await Promise.all(texts.map((text) => embedder.embed([text])));
  expect(vectors.flat()).toEqual(texts.map((text) => server.vectorOf(text)));
}

const canaryRequests = () => server.batches().filter((texts) => texts[0] === canaries[0]).length;

describe('withSteadySpace', () => {
  test('costs no request where the space is measured first', async () => {
    await measureSpace(embedder);
    await together('a', 'b');
    await embedder.embed(['c']);
    expect(server.batches()).toEqual([canaries, ['a'], ['b'], ['c']]);
  });

  test('measures it once, before all else, where it was not measured yet', async () => {
    await together('a', 'b', 'c');
    expect(server.batches()).toEqual([canaries, ['a'], ['b'], ['c']]);
  });

  test('goes on after one check when the same server is back', async () => {
    await measureSpace(embedder);
    await together('a', 'b');
    await restart();
    await together('c', 'd', 'e');
    await together('f');
    expect(canaryRequests()).toBe(2);
    expect(server.batches()[3]).toEqual(canaries);
  });

  test.each([
    ['another digest', { digest: 'e'.repeat(64) }, /canary "[^"]+": cosine -?0\.\d\d\)/],
    ['another release', { version: '0.32.15' as const }, /canary "(naïve café|Ελληνικά|日本語)": cosine/],
    ['other vectors for the same digest', { salt: 'other' }, /canary "[^"]+": cosine/],
    ['other dimensions', { dimensions: 768 }, /768 instead of 384 dimensions/],
  ])('refuses %s for good, and sends it nothing more', async (_, as, message) => {
    await measureSpace(embedder);
    await embedder.embed(['a']);
    await restart(as);
    const all = await Promise.allSettled(['b', 'c'].map((text) => embedder.embed([text])));
    for (const one of all) expect(one).toMatchObject({ reason: { meaning: 'changed' } });
    await expect(embedder.embed(['d'])).rejects.toThrow(message);
    await expect(embedder.embed(['d'])).rejects.toThrow(`${server.url} gives other vectors`);
    // Of another release nothing is known, not even that it takes them in one request.
    const again = 'version' in as ? canaries.map((text) => [text]) : [canaries];
    expect(server.batches()).toEqual([canaries, ['a'], ...again]);
    await restart({ ...allMiniLm, version: '0.24.0' });
    await expect(embedder.embed(['d'])).rejects.toMatchObject({ meaning: 'changed' });
  });

  describe('as another release', () => {
    let said: string[];
    beforeEach(async () => {
      said = [];
      embedder = withSpaceGuard(inner, inner, undefined, {
        batchSize: 8,
        events: saidInto(said),
      });
      await measureSpace(embedder);
      await together('a');
    });

    const another = () =>
      server.script({
        kind: 'answer',
        status: 200,
        body: '{"version":"0.99.0"}',
        path: '/api/version',
        times: Number.POSITIVE_INFINITY,
      });
    const right = (...texts: string[]) => texts.map((text) => server.vectorOf(text));

    test('is measured by single texts and a batch, and goes on where they agree', async () => {
      await restart();
      another();
      expect(await embedder.embed(['b', 'c'])).toEqual(right('b', 'c'));
      const own = server.batches().slice(2);
      expect(own.slice(0, 6)).toEqual(canaries.map((text) => [text]));
      expect(own.slice(6)).toEqual([expect.any(Array), ['b', 'c']]);
      expect(own[6]).toHaveLength(8);
      // Once for each release.
      await restart();
      await together('d');
      expect(server.batches().slice(-2)).toEqual([canaries, ['d']]);
      expect(said).toEqual([]);
    });

    test('gets each text alone where its batches are wrong, and a warning says so', async () => {
      await restart();
      another();
      server.script(faults.wrongBatches((all) => all.toReversed()));
      expect(await embedder.embed(['b', 'c', 'd'])).toEqual(right('b', 'c', 'd'));
      expect(said).toEqual([expect.stringMatching(/another vector in a batch than alone/)]);
      expect(server.batches().slice(-3)).toEqual([['b'], ['c'], ['d']]);
    });

    test('has a batch sent again that it may have answered', async () => {
      server = await servers.start({ requestDelayMs: 200 });
      inner = await servers.open(server);
      embedder = withSpaceGuard(inner, inner, undefined, { batchSize: 8 });
      await measureSpace(embedder);
      another();
      server.script(faults.wrongBatches((all) => all.toReversed()));
      server.script({ kind: 'reset', when: ([text]) => text === 'lost' });
      const [outcome] = await Promise.allSettled([embedder.embed(['b', 'c']), embedder.embed(['lost'])]);
      expect(outcome).toMatchObject({ reason: { meaning: 'unconfirmed' } });
      expect(await embedder.embed(['b', 'c'])).toEqual(right('b', 'c'));
    });
  });

  test('looks again after a request that no server answered', async () => {
    await measureSpace(embedder);
    server.script({ kind: 'die' });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'unreachable' });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'unreachable' });
    await server.revive({ salt: 'other' });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'changed' });
  });

  test('holds back the answer of a request beside which a connection was lost', async () => {
    await measureSpace(embedder);
    server.world.models[0]!.salt = 'other';
    const go = hold(server, { when: ([text]) => text === 'slow' });
    server.script({ kind: 'reset', when: ([text]) => text === 'lost' });
    const work = Promise.allSettled([embedder.embed(['slow'])]);
    await Promise.allSettled([embedder.embed(['lost'])]);
    go();
    const [slow] = await work;
    expect(slow).toMatchObject({ status: 'rejected', reason: { meaning: 'changed' } });
  });

  test('hands on the fault of a check, and checks again with the next request', async () => {
    await measureSpace(embedder);
    await restart();
    server.script(faults.busy());
    const all = await Promise.allSettled(['a', 'b'].map((text) => embedder.embed([text])));
    for (const one of all) expect(one).toMatchObject({ reason: { meaning: 'busy' } });
    expect(server.batches().slice(1)).toEqual([canaries]);
    await together('a', 'b');
    expect(canaryRequests()).toBe(3);
  });

  test('sends nothing to a server whose vectors differ while it is asked what it is', async () => {
    await measureSpace(embedder);
    await restart({ salt: 'other' });
    const answer = hold(server, { path: '/api/tags' });
    const asked = server.requests.length;
    const first = expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'changed' });
    await eventually(() => server.requests.slice(asked).map(({ path }) => path)).toContain('/api/tags');
    await expect(embedder.embed(['b'])).rejects.toMatchObject({ meaning: 'changed' });
    answer();
    await first;
    expect(server.batches()).toEqual([canaries, canaries]);
  });

  test('lets who waits for a check give up', async () => {
    await measureSpace(embedder);
    await restart();
    server.script({ kind: 'hang' });
    const control = new AbortController();
    const work = embedder.embed(['a'], { signal: control.signal });
    await eventually(canaryRequests).toBe(2);
    control.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });

  test('sees no loss in a request that is aborted', async () => {
    await measureSpace(embedder);
    server.script({ kind: 'hang' });
    const control = new AbortController();
    const work = embedder.embed(['a'], { signal: control.signal });
    await eventually(() => server.stats.embeds).toBe(2);
    control.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    await embedder.embed(['b']);
    expect(server.batches()).toEqual([canaries, ['a'], ['b']]);
  });

  test('sees no loss in a request that takes too long', async () => {
    embedder = withSpaceGuard(await servers.open(server, { batchTimeoutMs: 300, loadTimeoutMs: 20_000 }));
    await measureSpace(embedder);
    server.script({ kind: 'hang', when: ([text]) => text === 'a' });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'timeout' });
    server.script({ kind: 'hang-mid-body', when: ([text]) => text === 'b' });
    await expect(embedder.embed(['b'])).rejects.toMatchObject({ meaning: 'timeout' });
    expect(server.batches()).toEqual([canaries, ['a'], ['b']]);
    expect(canaryRequests()).toBe(1);
  });

  describe('of a server that gives unlike texts one vector', () => {
    const shared = () => JSON.stringify(Array.from(server.vectorOf('broken')));
    const broken = (share = 1): Parameters<TestOllama['script']>[0] => ({
      kind: 'vectors',
      of: (all) => all.map((own, at) => (at < all.length * share ? shared() : own)),
      times: Number.POSITIVE_INFINITY,
    });
    beforeEach(async () => {
      await measureSpace(embedder);
      await together('a');
    });

    test.each([
      ['all of a batch', ['b', 'c'], 1],
      ['most of a batch', ['b', 'c', 'd', 'e', 'f', 'g'], 0.6],
    ])('hands on nothing: %s', async (_, texts, share) => {
      server.script(broken(share));
      await expect(embedder.embed(texts)).rejects.toMatchObject({ meaning: 'changed' });
      await expect(embedder.embed(['z'])).rejects.toThrow(/gives other vectors than it gave before \(canary/);
    });

    test('hands on one of single texts at most', async () => {
      server.script(broken());
      await embedder.embed(['b']);
      await expect(embedder.embed(['c'])).rejects.toMatchObject({ meaning: 'changed' });
    });

    test('goes on where such texts are rightly alike, after one check', async () => {
      const of = (all: readonly string[]) => all.map(() => shared());
      server.script({
        kind: 'vectors',
        of,
        when: ([text]) => text === 'Word',
        times: Number.POSITIVE_INFINITY,
      });
      const vector = server.vectorOf('broken');
      for (let time = 0; time < 3; time++)
        expect(await embedder.embed(['Word', 'WORD'])).toEqual([vector, vector]);
      await together('c', 'd');
      expect(canaryRequests()).toBe(2);
    });

    test('sees nothing in one text that is asked for twice', async () => {
      await embedder.embed(['b', 'b']);
      await together('c', 'c');
      expect(canaryRequests()).toBe(1);
    });
  });

  test('trusts a server that ends its connections politely, but not after a long time without any', async () => {
    server = await servers.start({ endsConnections: true });
    embedder = withSpaceGuard(await servers.open(server));
    await measureSpace(embedder);
    await together('a', 'b');
    await together('c');
    expect(canaryRequests()).toBe(1);
    server.world.models[0]!.salt = 'other';
    vi.useFakeTimers({ toFake: ['Date'] });
    const outcome = async (): Promise<string> => {
      vi.setSystemTime(Date.now() + 61_000);
      return await embedder.embed(['d']).then(
        () => 'answered',
        (fault: { meaning: string }) => fault.meaning,
      );
    };
    // The end of a connection is seen a moment after its last answer.
    await eventually(outcome).toBe('changed');
    expect(canaryRequests()).toBe(2);
  });
});
