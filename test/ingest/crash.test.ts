// A killed run loses nothing but the batches in flight, and the runs after it end as if it had never been killed.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { OPENING, openingTexts } from '../helpers/opening.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingestWith, markdown, summaryOf, writeFiles } from './helpers.js';

const DOCUMENTS = 20;
const KILLS = 20;

let undisturbed: Record<string, string>;
let texts: number;
let ollama: TestOllama;

function prepare(workspace: Workspace): void {
  const names = Array.from({ length: DOCUMENTS }, (_, index) => `d${index}`);
  writeFiles(workspace.dir, Object.fromEntries(names.map((name) => [`docs/${name}.md`, markdown(name, 8)])));
}

beforeAll(async () => {
  ollama = await startOllama({ textDelayMs: 1 });
  const workspace = makeWorkspace();
  prepare(workspace);
  expect((await ingestWith(workspace, ollama.url)('docs')).code).toBe(0);
  undisturbed = fingerprint(join(workspace.dir, 'embeddings'));
  texts = readOutput(join(workspace.dir, 'embeddings')).rows.length;
  workspace.remove();
});
afterAll(() => ollama.stop());

/**
 * Kills when the server has seen so many requests of the run's own, plus a random moment: in the middle of the work, whatever
 * the machine's speed, but never at the same instruction.
 */
async function killAfter(workspace: Workspace, requests: number, signal: NodeJS.Signals) {
  const before = ollama.stats.embeds;
  const run = workspace.start([
    'ingest',
    'docs',
    '--ollama-url',
    ollama.url,
    '--cache',
    'none',
    '--batch-size',
    '4',
  ]);
  let ended = false;
  void run.done.then(() => {
    ended = true;
  });
  while (!ended && ollama.stats.embeds - before < OPENING + requests)
    await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => setTimeout(done, Math.random() * 20));
  run.child.kill(signal);
  return run.done;
}

describe('SIGKILL', () => {
  test(`${KILLS} kills at different moments, and bytes equal to an undisturbed run`, async () => {
    const workspace = makeWorkspace();
    prepare(workspace);
    const ingest = ingestWith(workspace, ollama.url);
    const seen = ollama.stats.texts;
    let kills = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { signal } = await killAfter(workspace, 1 + (kill % 5), 'SIGKILL');
      if (signal === 'SIGKILL') kills++;
    }
    expect(kills).toBeGreaterThan(KILLS / 2);
    const last = await ingest('docs', '--json');
    expect(last.code).toBe(0);
    expect(fingerprint(join(workspace.dir, 'embeddings'))).toEqual(undisturbed);
    // Each kill costs at most what was in flight: two batches of four, and what opening the server sends. The last
    // run does so with larger batches.
    expect(ollama.stats.texts - seen).toBeLessThanOrEqual(
      texts + KILLS * (2 * 4 + openingTexts(4)) + openingTexts(64),
    );
    workspace.remove();
  });

  test('during the commit, at many moments: readers see a whole output', async () => {
    const workspace = makeWorkspace();
    prepare(workspace);
    const out = join(workspace.dir, 'embeddings');
    const ingest = ingestWith(workspace, ollama.url);
    expect((await ingest('docs')).code).toBe(0);
    let kills = 0;
    for (let round = 0; round < 5; round++) {
      writeFiles(workspace.dir, { 'docs/extra.md': markdown(`round${round}`, 2) });
      const run = workspace.start(['ingest', 'docs', '--ollama-url', ollama.url, '--cache', 'none']);
      // The commit begins when its record or the first staged file shows itself.
      let ended = false;
      void run.done.then(() => {
        ended = true;
      });
      while (!ended && !stagedNames(out).includes('chunks.jsonl'))
        await new Promise((done) => setTimeout(done, 1));
      await new Promise((done) => setTimeout(done, round * 4));
      run.child.kill('SIGKILL');
      if ((await run.done).signal === 'SIGKILL') kills++;
      expect((await workspace.embed(['verify'])).code).toBe(0);
      expect((await ingest('docs')).code).toBe(0);
    }
    expect(kills).toBeGreaterThan(0);
    const last = fingerprint(out);
    expect((await ingest('docs', '--rebuild')).code).toBe(0);
    expect(fingerprint(out)).toEqual(last);
    workspace.remove();
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
    const workspace = makeWorkspace();
    prepare(workspace);
    const result = await killAfter(workspace, 3, signal);
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
