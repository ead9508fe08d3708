import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { noEvents } from '../../src/events.js';
import type { Embedder } from '../../src/types/embedder.js';
import { openEmbedder } from '../../src/upstream/choose-embedder.js';
import { comeback } from '../../src/upstream/wait-for-servers.js';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { faults, startOllama, type TestOllama } from '../helpers/ollama.js';
import { settingsWith } from './settings.js';

let server: TestOllama;
let embedder: Embedder;
let notices: string[];
let control: AbortController;

beforeEach(async () => {
  server = await startOllama();
  notices = [];
  control = new AbortController();
  ({ embedder } = await openEmbedder({
    settings: settingsWith({ ollamaUrl: [server.url], model: 'all-minilm', maxRetries: 0 }),
    signal: control.signal,
    events: noEvents,
  }));
  await embedder.embed(['before']);
});
afterEach(async () => {
  vi.useRealTimers();
  await embedder.close();
  await server.stop();
});

const wait = (timeoutMs: number) =>
  comeback(embedder, 'canary', {
    timeoutMs,
    signal: control.signal,
    events: saidInto(notices),
    firstPauseMs: 5,
  });

describe('comeback', () => {
  test('is true at once, and silent, where nothing is wrong', async () => {
    expect(await wait(0)).toBe(true);
    expect(notices).toEqual([]);
  });

  test('is true when the server is back', async () => {
    await server.die();
    const waiting = wait(60_000);
    await eventually(() => notices.length).toBe(1);
    await server.revive();
    expect(await waiting).toBe(true);
    expect(notices).toEqual([
      expect.stringMatching(/^Waiting up to 60 s .*can't be reached/),
      expect.stringMatching(/^The server answers again/),
    ]);
  });

  test('does not wait for a circuit breaker', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await server.die();
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'unreachable' });
    vi.setSystemTime(Date.now() + 3000);
    const resting = () => embedder.embed(['a']).catch((fault: { meaning: string }) => fault.meaning);
    await eventually(resting).toBe('resting');
    await server.revive();
    expect(await wait(60_000)).toBe(true);
    expect(await embedder.embed(['a'])).toEqual([server.vectorOf('a')]);
  });

  test('is false when the time is over', async () => {
    server.script(faults.runnerDied({ times: Number.POSITIVE_INFINITY }));
    expect(await wait(100)).toBe(false);
    expect(notices).toHaveLength(2);
  });

  test('ends with the signal', async () => {
    await server.die();
    const waiting = wait(86_400_000);
    await eventually(() => notices.length).toBe(1);
    control.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test.each([
    ['changed', { salt: 'other' }],
    ['missing-model', { name: 'another:latest' }],
  ])('does not wait for what no waiting helps: %s', async (meaning, as) => {
    await server.die();
    // It is refused when no connection from before is left.
    const fault = () => embedder.embed(['a']).catch(({ message }: Error) => message);
    await eventually(fault).toContain('ECONNREFUSED');
    await server.revive(as);
    await expect(wait(86_400_000)).rejects.toMatchObject({ meaning });
    expect(notices).toEqual([]);
  });
});
