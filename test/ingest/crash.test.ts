// A killed run loses nothing but the batches in flight, and the runs after it end as if it had never been killed.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { type SeenRequest, startOllama, type TestOllama } from '../helpers/ollama.js';
import { openingRequests, openingTexts } from '../helpers/opening.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingestWith, markdown, summaryOf, writeFiles } from './run-workspace.js';

const documents = 20;
const killCount = 3;
const batch = 4;
const inFlight = 2;

let undisturbed: Record<string, string>;
let texts: number;
let ollama: TestOllama;

function prepare(workspace: Workspace): void {
  const names = Array.from({ length: documents }, (_, index) => `d${index}`);
  writeFiles(workspace.dir, Object.fromEntries(names.map((name) => [`docs/${name}.md`, markdown(name, 8)])));
}

beforeAll(async () => {
  // Slow enough that the server is asked about its model between two batches or three.
  ollama = await startOllama({ textDelayMs: 4 });
  const workspace = makeWarmWorkspace();
  prepare(workspace);
  expect((await ingestWith(workspace, ollama.url)('docs')).code).toBe(0);
  undisturbed = fingerprint(join(workspace.dir, 'embeddings'));
  texts = readOutput(join(workspace.dir, 'embeddings')).rows.length;
  workspace.remove();
});
afterAll(() => ollama.stop());

/**
 * Kills when the server has seen so many requests of the run's own, plus a moment: in the middle of the work, whatever
 * the machine's speed, but never at the same instruction.
 */
async function killAfter(workspace: Workspace, requests: number, signal: NodeJS.Signals, momentMs = 10) {
  const before = ollama.stats.embeds;
  const run = workspace.start([
    'ingest',
    'docs',
    '--ollama-url',
    ollama.url,
    '--cache',
    'none',
    '--batch-size',
    String(batch),
    // Unset, a run that does well sends a third.
    '--concurrency',
    String(inFlight),
  ]);
  let ended = false;
  void run.done.then(() => {
    ended = true;
  });
  while (!ended && ollama.stats.embeds - before < openingRequests + requests)
    await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => setTimeout(done, momentMs));
  run.child.kill(signal);
  return run.done;
}

/**
 * Texts that a killed run may have to send again: those in flight and being written, and the answers that the server
 * was not asked about yet. A look begins when the one before it has ended, so the last but one was answered.
 */
function lostAtMost(requests: readonly SeenRequest[]): number {
  const own = requests.slice(requests.findIndex(isOpened) + 1);
  const looks = own.flatMap(({ path }, at) => (path === '/api/tags' ? [at] : []));
  const since = own.slice(looks.at(-2) ?? 0).filter(({ path }) => path === '/api/embed').length;
  return (since + 2 * inFlight) * batch;
}

/** The opening ends with a look, after the canaries. */
function isOpened({ path }: SeenRequest, at: number, all: readonly SeenRequest[]): boolean {
  return path === '/api/tags' && all.slice(0, at).some((one) => one.path === '/api/embed');
}

describe('SIGKILL', () => {
  // As a batch is sent, in the middle of it, and when it is answered: the server takes 16 ms for one.
  test.each([0, 6, 18])(
    `${killCount} kills at different moments, %i ms later, and bytes equal to an undisturbed run`,
    async (momentMs) => {
      const workspace = makeWarmWorkspace();
      prepare(workspace);
      const ingest = ingestWith(workspace, ollama.url);
      const seen = ollama.stats.texts;
      let kills = 0;
      let lost = 0;
      for (let kill = 0; kill < killCount; kill++) {
        const from = ollama.requests.length;
        const { signal } = await killAfter(workspace, 1 + ((momentMs + kill * 2) % 5), 'SIGKILL', momentMs);
        if (signal === 'SIGKILL') kills++;
        lost += openingTexts(batch) + lostAtMost(ollama.requests.slice(from));
      }
      expect(kills).toBeGreaterThan(killCount / 2);
      const last = await ingest('docs', '--json');
      expect(last.code).toBe(0);
      expect(fingerprint(join(workspace.dir, 'embeddings'))).toEqual(undisturbed);
      // Each kill costs what opening the server sends, too. The last run opens it with larger batches.
      expect(ollama.stats.texts - seen).toBeLessThanOrEqual(texts + lost + openingTexts(64));
      expect(lost).toBeLessThan(killCount * (openingTexts(batch) + 10 * batch));
      workspace.remove();
    },
  );

  let killsInCommit = 0;

  // Each of its steps is met in test/output/kill.test.ts; here, whatever of the program is at work beside it.
  test.each([0, 6, 12])(
    'during the commit, %i ms after its begin: readers see a whole output',
    async (momentMs) => {
      const workspace = makeWarmWorkspace();
      prepare(workspace);
      const out = join(workspace.dir, 'embeddings');
      const ingest = ingestWith(workspace, ollama.url);
      expect((await ingest('docs')).code).toBe(0);
      writeFiles(workspace.dir, { 'docs/extra.md': markdown(`after${momentMs}`, 2) });
      const run = workspace.start(['ingest', 'docs', '--ollama-url', ollama.url, '--cache', 'none']);
      // The commit begins when its record or the first staged file shows itself.
      let ended = false;
      void run.done.then(() => {
        ended = true;
      });
      while (!ended && !stagedNames(out).includes('chunks.jsonl'))
        await new Promise((done) => setTimeout(done, 1));
      await new Promise((done) => setTimeout(done, momentMs));
      run.child.kill('SIGKILL');
      if ((await run.done).signal === 'SIGKILL') killsInCommit++;
      expect((await workspace.embed(['verify'])).code).toBe(0);
      expect((await ingest('docs')).code).toBe(0);
      const last = fingerprint(out);
      expect((await ingest('docs', '--rebuild')).code).toBe(0);
      expect(fingerprint(out)).toEqual(last);
      workspace.remove();
    },
  );

  test('during the commit met some that were not over yet', () => {
    expect(killsInCommit).toBeGreaterThan(0);
  });
});

/** Names below `.run`, with those of the stage folders. */
function stagedNames(out: string): string[] {
  try {
    return readdirSync(join(out, '.run'), { recursive: true }).map((name) => basename(String(name)));
  } catch {
    return [];
  }
}

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i, keeps the progress and leaves no lock', async (signal, code) => {
    const workspace = makeWarmWorkspace();
    prepare(workspace);
    // The first batch is compared with a text alone, before it and those beside it are kept.
    const result = await killAfter(workspace, 6, signal);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`Stopped by ${signal}; what was embedded is kept`);
    expect(stagedNames(join(workspace.dir, 'embeddings')).filter((name) => name.startsWith('lock'))).toEqual(
      [],
    );
    const next = await ingestWith(workspace, ollama.url)('docs', '--json');
    expect(summaryOf(next).chunks.reused).toBeGreaterThan(0);
    expect(fingerprint(join(workspace.dir, 'embeddings'))).toEqual(undisturbed);
    workspace.remove();
  });
});
