// Several real servers, opened from settings: which are taken, which are refused, and which are waited for.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import { canaryTexts } from '../../src/embedders/guard/canaries.js';
import { ServiceError, UsageError, WrongVectorsError } from '../../src/errors.js';
import { eventsFor, noEvents } from '../../src/events.js';
import type { Embedder } from '../../src/types/embedder.js';
import { openEmbedder } from '../../src/upstream/choose-embedder.js';
import type { OpenEmbedderOptions } from '../../src/upstream/options.js';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { allMiniLm, faults, startOllama, type TestOllama } from '../helpers/ollama.js';
import { openingRequests } from '../helpers/opening.js';
import { settingsWith } from './settings.js';

let a: TestOllama;
let b: TestOllama;
let notices: string[];
let control: AbortController;
const opened: Embedder[] = [];

beforeEach(async () => {
  a = await startOllama();
  b = await startOllama();
  notices = [];
  control = new AbortController();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of [a, b]) server.thaw();
  for (const embedder of opened.splice(0)) await embedder.close();
  await a.stop();
  await b.stop();
});

async function open(
  settings: Partial<Settings> = {},
  options: Partial<OpenEmbedderOptions> = {},
): Promise<Embedder> {
  const { embedder } = await openEmbedder({
    settings: settingsWith({ ollamaUrl: [a.url, b.url], model: 'all-minilm', maxRetries: 0, ...settings }),
    signal: control.signal,
    events: saidInto(notices),
    ...options,
  });
  opened.push(embedder);
  return embedder;
}

function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

/** A clock that hardly goes on: on a busy machine, too, no request is late and sent to another server as well. */
function slowTime(): void {
  let time = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 0.001;
    return time;
  });
}

/** What came after the opening, which sends each canary alone and then one batch. */
function own(server: TestOllama): string[][] {
  const batches = server.batches();
  expect(batches.slice(0, openingRequests - 1)).toEqual(canaryTexts.map((one) => [one.text]));
  expect(batches[openingRequests - 1]).toHaveLength(64);
  return batches.slice(openingRequests);
}

const sent = () => [a.stats.embeds, b.stats.embeds];

async function each(embedder: Embedder, ...texts: string[]): Promise<void> {
  for (const text of texts) expect(await embedder.embed([text])).toEqual([a.vectorOf(text)]);
}

describe('opening', () => {
  test('measures every server once, and shares the work', async () => {
    const embedder = await open();
    slowTime();
    await each(embedder, 'one', 'two', 'three', 'four');
    expect(own(a)).toEqual([['one'], ['three']]);
    expect(own(b)).toEqual([['two'], ['four']]);
    expect(embedder.endpoints?.()).toMatchObject([
      { url: a.url, weight: 1, breaker: 'closed', inFlight: 0, requests: 2, failures: 0 },
      { url: b.url, weight: 1, breaker: 'closed', inFlight: 0, requests: 2, failures: 0 },
    ]);
    expect(notices).toEqual([]);
  });

  test('measures a single server, too, and knows it as an endpoint', async () => {
    const embedder = await open({ ollamaUrl: [a.url] });
    expect(embedder.endpoints?.()).toMatchObject([{ url: a.url, breaker: 'closed' }]);
    await each(embedder, 'one');
    expect(own(a)).toEqual([['one']]);
  });

  test('reads weights', async () => {
    const embedder = await open({ ollamaUrl: [`${a.url}#weight=3`, b.url] });
    expect(embedder.endpoints?.().map((one) => one.weight)).toEqual([3, 1]);
    slowTime();
    await Promise.all(['1', '2', '3', '4', '5', '6', '7', '8'].map((text) => embedder.embed([text])));
    expect(sent()).toEqual([openingRequests + 6, openingRequests + 2]);
    await expect(open({ ollamaUrl: [`${a.url}#weight=heavy`] })).rejects.toThrow(UsageError);
  });

  test.each([
    ['another digest', () => Object.assign(b.world.models[0]!, { digest: 'e'.repeat(64) }), /digest/],
    ['another release', () => Object.assign(b.world, { version: '0.32.15' }), /canary/],
  ])('refuses %s', async (_, change, reason) => {
    change();
    await expect(open()).rejects.toThrow(WrongVectorsError);
    await expect(open()).rejects.toThrow(/gives other vectors than the one at/);
    await expect(open()).rejects.toThrow(reason);
  });

  test('begins with those that hold still when one is pulled again meanwhile, says so, and takes it in as it was', async () => {
    const { digest } = allMiniLm;
    b.script({ kind: 'become', as: { digest: 'e'.repeat(64) }, answers: 'old', after: 3 });
    const embedder = await open();
    expect(notices).toEqual([
      expect.stringMatching(`Going on without ${b.url}.* until its vectors match: .*another model`),
    ]);
    const before = b.stats.embeds;
    await each(embedder, 'one', 'two');
    expect(b.stats.embeds).toBe(before);
    passTime(16_000);
    const next = async () => {
      await each(embedder, 'three');
      return notices[1];
    };
    await eventually(next).toMatch(/gives other vectors than the other servers .*: it is left out until/);
    b.become({ digest });
    passTime(32_000);
    const states = async () => {
      await each(embedder, 'four');
      return embedder.endpoints?.().map(({ breaker }) => breaker);
    };
    await eventually(states).toEqual(['closed', 'closed']);
  });

  test('ends when the only server is pulled again meanwhile', async () => {
    b.script({ kind: 'become', as: { digest: 'e'.repeat(64) }, answers: 'old', after: 3 });
    await expect(open({ ollamaUrl: [b.url] })).rejects.toMatchObject({ meaning: 'changed' });
  });

  test('refuses a server that lacks the model', async () => {
    b.world.models = [];
    await expect(open()).rejects.toThrow(/ollama pull all-minilm/);
  });

  test.each([
    ['for all that it is asked', () => b.freeze()],
    ['for its canaries', () => b.script({ kind: 'hang' })],
  ])('goes on without a server that hangs %s, says so, and takes it in when it is well', async (_, hang) => {
    hang();
    const embedder = await open();
    expect(notices).toEqual([expect.stringMatching(`Going on without ${b.url}.*it has not answered yet`)]);
    const [before] = sent();
    await each(embedder, 'one', 'two');
    expect(sent()[0]).toBe(before! + 2);
    expect(embedder.endpoints?.().map(({ breaker }) => breaker)).toEqual(['closed', 'open']);
    b.thaw();
    // What hung is never answered: only a new try is.
    if (b.stats.embeds > 0) {
      await b.die();
      await b.revive();
      await eventually(() => b.stats.inFlight).toBe(0);
      passTime(16_000);
    }
    const goOn = async () => {
      await each(embedder, 'three', 'four');
      return embedder.endpoints?.().map(({ breaker }) => breaker);
    };
    await eventually(goOn).toEqual(['closed', 'closed']);
    expect(notices[1]).toContain(`${b.url} is back and takes part`);
  });

  test('ends an opening that no caller waits for any more', async () => {
    b.script({ kind: 'hang' });
    const embedder = await open();
    await eventually(() => b.stats.inFlight).toBe(1);
    await embedder.close();
    await eventually(() => b.stats.inFlight).toBe(0);
  });

  test('finds the best model though the first server hangs', async () => {
    a.freeze();
    const { embedder } = await openEmbedder({
      settings: settingsWith({ ollamaUrl: [a.url, b.url] }),
      signal: control.signal,
      events: noEvents,
    });
    opened.push(embedder);
    expect(embedder.identity.model).toBe('all-minilm:latest');
    expect(embedder.endpoints?.().map(({ url, breaker }) => [url, breaker])).toEqual([
      [b.url, 'closed'],
      [a.url, 'open'],
    ]);
  });

  test('takes the model of the first server that is up', async () => {
    await a.die();
    const { embedder } = await openEmbedder({
      settings: settingsWith({ ollamaUrl: [a.url, b.url] }),
      signal: control.signal,
      events: noEvents,
    });
    opened.push(embedder);
    expect(embedder.identity.model).toBe('all-minilm:latest');
  });

  test('is a ServiceError when all are down', async () => {
    await a.die();
    await b.die();
    await expect(open()).rejects.toThrow(ServiceError);
    await expect(open()).rejects.toThrow(/None of the 2 servers answers; the first one: .*ECONNREFUSED/);
    await expect(open({ ollamaUrl: [a.url] })).rejects.toThrow(/^Ollama at .*can't be reached/);
  });

  test('tells of retries', async () => {
    const retries: [string, number][] = [];
    const events = eventsFor({ retrying: ({ meaning }, waitMs) => retries.push([meaning, waitMs]) });
    const embedder = await open({ ollamaUrl: [a.url], maxRetries: 2 }, { events });
    a.script(faults.busy());
    await each(embedder, 'one');
    expect(retries).toEqual([['busy', expect.any(Number)]]);
    expect(a.stats.embeds).toBe(openingRequests + 2);
  });
});

describe('a server that is down at the opening', () => {
  async function openWithoutB(): Promise<Embedder> {
    await b.die();
    const embedder = await open();
    expect(notices).toEqual([expect.stringMatching(`Going on without ${b.url}.*ECONNREFUSED`)]);
    expect(embedder.endpoints?.()).toMatchObject([
      { url: a.url, breaker: 'closed' },
      { url: b.url, breaker: 'open' },
    ]);
    return embedder;
  }

  test('takes part once it is up, not asked too often, and delays nothing', async () => {
    const embedder = await openWithoutB();
    await b.revive();
    for (let i = 0; i < 5; i++) await each(embedder, 'one');
    expect(b.stats.requests).toBe(0);
    const go = hold(b, { path: '/api/version' });
    passTime(15_001);
    await each(embedder, 'two', 'three');
    expect(a.batches().slice(-2)).toEqual([['two'], ['three']]);
    go();
    await eventually(() => notices.at(-1)).toMatch('is back and takes part');
    await each(embedder, 'four', 'five');
    expect(own(b)).toEqual([['four']]);
    expect(embedder.endpoints?.().map((one) => one.breaker)).toEqual(['closed', 'closed']);
  });

  test('stays out while its vectors differ, with one warning, and is only looked at', async () => {
    const embedder = await openWithoutB();
    await b.revive({ digest: 'e'.repeat(64) });
    passTime(15_001);
    await each(embedder, 'one');
    await eventually(() => notices.at(-1)).toMatch(/other vectors.*digest/);
    const refused = () => embedder.endpoints?.().map((one) => [one.breaker, one.refused]);
    expect(refused()).toEqual([
      ['closed', undefined],
      ['open', expect.stringContaining('digest')],
    ]);
    passTime(60_000);
    await each(embedder, 'two', 'three');
    const looks = () => b.requests.filter(({ path }) => path === '/api/tags').length;
    await eventually(looks).toBeGreaterThan(3);
    expect(b.batches()).toHaveLength(openingRequests);
    expect(notices).toHaveLength(2);
    b.become({ digest: allMiniLm.digest });
    const goOn = async () => {
      passTime(20_000);
      await each(embedder, 'more');
      return notices.at(-1);
    };
    await eventually(goOn).toMatch('is back and takes part');
    expect(refused()).toEqual([
      ['closed', undefined],
      ['closed', undefined],
    ]);
    const batches = async () => {
      await each(embedder, 'four');
      return b.batches().length;
    };
    await eventually(batches).toBeGreaterThan(2 * openingRequests);
    expect(notices).toHaveLength(3);
  });

  test('is tried again when it is still down, and forgotten when all is closed', async () => {
    const embedder = await openWithoutB();
    passTime(15_001);
    await each(embedder, 'one');
    await b.revive();
    b.script({ kind: 'hang', path: '/api/version' });
    // The first try needs a moment to fail before the next one can start.
    let later = 20_000;
    const knock = async () => {
      later += 20_000;
      passTime(later);
      await embedder.embed(['again']);
      return b.stats.requests;
    };
    await eventually(knock).toBe(1);
    await embedder.close();
    expect(notices).toHaveLength(1);
    expect(b.stats.embeds).toBe(0);
  });
});

describe('--wait-for-server', () => {
  test('waits until a server answers', async () => {
    await a.die();
    const opening = open({ ollamaUrl: [a.url], waitForServer: 60_000 });
    await eventually(() => notices.length).toBe(1);
    await a.revive();
    await each(await opening, 'one');
    expect(notices).toEqual([
      expect.stringMatching(/^Waiting up to 60 s for the server to answer\. Ollama at .*ECONNREFUSED/),
      expect.stringMatching(/^The server answers again after \d+ s\.$/),
    ]);
  });

  test('waits for one of several', async () => {
    await a.die();
    await b.die();
    const opening = open({ waitForServer: 60_000 });
    await eventually(() => notices.length).toBe(1);
    await b.revive();
    await each(await opening, 'one');
    expect(notices).toHaveLength(3);
  });

  test('waits for one that is overloaded', async () => {
    a.script(faults.busy({ path: '/api/version' }));
    await open({ ollamaUrl: [a.url], waitForServer: 60_000 });
    expect(notices).toHaveLength(2);
  });

  test('gives up when the time is over', async () => {
    await a.die();
    await expect(open({ ollamaUrl: [a.url], waitForServer: 50 })).rejects.toThrow(ServiceError);
    expect(notices).toEqual([
      expect.stringMatching(/^Waiting/),
      expect.stringMatching(/^The server didn't come back/),
    ]);
  });

  test('ends at once with the signal', async () => {
    await a.die();
    const opening = open({ ollamaUrl: [a.url], waitForServer: 86_400_000 });
    await eventually(() => notices.length).toBe(1);
    control.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });

  test.each([
    ['lacks the model', () => Object.assign(a.world, { models: [] })],
    ['refuses us', () => a.script({ kind: 'answer', status: 401, body: '{}', path: '/api/version' })],
  ])('waits for no server that %s', async (_, change) => {
    change();
    await expect(open({ ollamaUrl: [a.url], waitForServer: 86_400_000 })).rejects.toThrow(ServiceError);
    expect(notices).toEqual([]);
  });
});

describe('a server that is replaced in mid-run', () => {
  test('is left out while another goes on; without another, it is named', async () => {
    const embedder = await open({ maxRetries: 3 });
    await each(embedder, 'one', 'two');
    a.script({ kind: 'die', backAfterMs: 1, as: { ...allMiniLm, salt: 'other' } });
    const texts = ['three', 'four', 'five', 'six'];
    const before = b.vectorOf('three');
    for (const text of texts) expect(await embedder.embed([text])).toEqual([b.vectorOf(text)]);
    expect(b.vectorOf('three')).toEqual(before);
    b.script({ kind: 'die', backAfterMs: 1, as: { ...allMiniLm, salt: 'other' } });
    const outcomes: string[] = [];
    const again = async (): Promise<string> => {
      const outcome = await embedder.embed(['seven']).then(
        () => 'answered',
        (fault: { meaning: string }) => fault.meaning,
      );
      outcomes.push(outcome);
      return outcome;
    };
    await eventually(again).toBe('changed');
    expect(outcomes).not.toContain('answered');
  });
});
