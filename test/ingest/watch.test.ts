// `embed ingest --watch`: follows changes, however they come, and what it writes itself is none.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ingest as ingestFrom } from '../../src/commands/ingest.js';
import { type WatchOptions, watch } from '../../src/commands/watch.js';
import { loadSettings } from '../../src/config/load.js';
import type { IngestSummary } from '../../src/ingest/summary.js';
import { eventually } from '../helpers/eventually.js';
import { readOutput } from '../helpers/output.js';
import { markdown, ollama, out, setUp, workspace, writeFiles } from './run-workspace.js';

setUp();

/** What a watch told, in its order. */
interface Watched {
  updates: IngestSummary[];
  synced: number[];
  failed: string[];
  gone: string[];
  isWatching: boolean;
}

const running: { end(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.end();
});

async function settingsOf(more: object = {}) {
  const flags = { ollamaUrl: [ollama.url], model: 'all-minilm', cache: 'none', maxRetries: '0', ...more };
  return (await loadSettings({ flags, env: {}, cwd: workspace.dir })).settings;
}

/** Watches, with short pauses, until the test ends. */
async function watching(options: Partial<WatchOptions>, settings: object = {}): Promise<Watched> {
  const controller = new AbortController();
  const watched: Watched = { updates: [], synced: [], failed: [], gone: [], isWatching: false };
  const ended = watch({
    ...{ paths: ['.'], settings: await settingsOf(settings), cwd: workspace.dir, signal: controller.signal },
    calmMs: 60,
    told: {
      watching: () => (watched.isWatching = true),
      updated: ({ summary }) => watched.updates.push(summary),
      synced: ({ destinations }) =>
        watched.synced.push(...destinations.map((one) => one.new + one.changed + one.removed)),
      failed: (error) => watched.failed.push(error.message),
      gone: (path) => watched.gone.push(path),
    },
    ...options,
  }).catch((error: unknown) => error);
  running.push({
    async end() {
      controller.abort('over');
      expect(await ended).toBe('over');
      expect(existsSync(join(out, '.run'))).toBe(false);
    },
  });
  await eventually(() => watched.isWatching).toBe(true);
  return watched;
}

const write = (name: string, text = `${name}.\n`) => writeFiles(workspace.dir, { [name]: text });
const sourcesIn = () => readOutput(out).sources;

test('files that come, change and go; folders in folders; what it writes itself is no change', async () => {
  write('docs/a.md');
  const watched = await watching({}, { sync: ['parquet:./docs/chunks.parquet'] });
  write('docs/b.md');
  await eventually(() => sourcesIn()).toEqual(['docs/a.md', 'docs/b.md']);
  write('docs/x/y/z/deep.md');
  await eventually(() => sourcesIn()).toContain('docs/x/y/z/deep.md');
  // It came with its folders, before these could be watched.
  write('docs/x/y/z/deep.md', 'Other words.\n');
  await eventually(() => readOutput(out).rows.map(({ text }) => text)).toContain('Other words.');
  // As editors write.
  write('docs/.a.md.swp', 'Saved words.\n');
  renameSync(join(workspace.dir, 'docs/.a.md.swp'), join(workspace.dir, 'docs/a.md'));
  await eventually(() => readOutput(out).rows.map(({ text }) => text)).toContain('Saved words.');
  rmSync(join(workspace.dir, 'docs/b.md'));
  await eventually(() => sourcesIn()).toEqual(['docs/a.md', 'docs/x/y/z/deep.md']);
  await eventually(() => watched.synced.length).toBe(watched.updates.filter(({ changed }) => changed).length);
  expect(watched.synced.every((rows) => rows > 0)).toBe(true);
  expect(watched.failed).toEqual([]);
  // The folders of the second change are looked into again, which may find nothing new.
  expect(watched.updates.filter(({ changed }) => !changed).length).toBeLessThan(3);
});

test('a file by its name, and a pattern', async () => {
  write('notes/a.md');
  write('notes/b.txt');
  write('one.md');
  await watching({ paths: ['one.md', 'notes/*.md'] });
  write('other.md');
  write('one.md', 'Changed.\n');
  await eventually(() => readOutput(out).rows.map(({ text }) => text)).toContain('Changed.');
  write('notes/c.md');
  await eventually(() => sourcesIn()).toEqual(['notes/a.md', 'notes/c.md', 'one.md']);
});

test('a folder that vanishes keeps its documents, and is followed again when it is back', async () => {
  write('docs/a.md');
  write('notes/n.md');
  const { gone } = await watching({ paths: ['docs', 'notes'] });
  renameSync(join(workspace.dir, 'notes'), join(workspace.dir, 'away'));
  await eventually(() => gone).toEqual(['notes']);
  write('docs/b.md');
  await eventually(() => sourcesIn()).toEqual(['docs/a.md', 'docs/b.md', 'notes/n.md']);
  mkdirSync(join(workspace.dir, 'notes'));
  write('notes/n.md');
  write('notes/m.md');
  await eventually(() => sourcesIn()).toContain('notes/m.md');
  write('notes/o.md');
  await eventually(() => sourcesIn()).toContain('notes/o.md');
});

test('so is the only folder', async () => {
  write('docs/a.md');
  const { gone } = await watching({ paths: ['docs'] });
  renameSync(join(workspace.dir, 'docs'), join(workspace.dir, 'away'));
  await eventually(() => gone).toEqual(['docs']);
  write('away/b.md');
  renameSync(join(workspace.dir, 'away'), join(workspace.dir, 'docs'));
  await eventually(() => sourcesIn()).toEqual(['docs/a.md', 'docs/b.md']);
  write('docs/c.md');
  await eventually(() => sourcesIn()).toContain('docs/c.md');
});

test('many changes at once are one update, or a few', async () => {
  write('docs/a.md');
  const watched = await watching({ paths: ['docs'] });
  for (let n = 0; n < 400; n++) write(`docs/${n % 20}/${n}.md`, 'The same words.\n');
  await eventually(() => sourcesIn().length).toBe(401);
  expect(watched.updates.length).toBeLessThan(6);
});

test('what may pass is tried again, and what the user can mend is said; it goes on watching', async () => {
  for (let n = 0; n < 12; n++) write(`docs/${n}.md`, markdown(`${n}`, 1));
  const { failed } = await watching({ paths: ['docs'] });
  await ollama.die();
  write('docs/new.md');
  await eventually(() => failed).toEqual([expect.stringContaining(ollama.url)]);
  await ollama.revive();
  write('docs/newer.md');
  await eventually(() => sourcesIn()).toContain('docs/newer.md');
  for (let n = 0; n < 12; n++) rmSync(join(workspace.dir, `docs/${n}.md`));
  await eventually(() => failed.length).toBe(2);
  expect(failed[1]).toContain('--allow-removals');
  expect(sourcesIn()).toHaveLength(14);
  for (let n = 0; n < 8; n++) write(`docs/${n}.md`, markdown(`${n}`, 1));
  await eventually(() => sourcesIn()).toHaveLength(10);
});

test('the lock is free between updates', async () => {
  write('docs/a.md');
  await watching({ paths: ['docs'] });
  const options = { paths: ['docs'], settings: await settingsOf(), cwd: workspace.dir };
  expect((await ingestFrom(options)).summary.changed).toBe(false);
});

test('where no changes are told, all files are looked at', async () => {
  write('docs/a.md');
  await watching({ paths: ['docs'], polls: true });
  write('docs/a.md', 'Longer than before.\n');
  await eventually(() => readOutput(out).rows.map(({ text }) => text)).toEqual(['Longer than before.']);
  write('docs/deep/b.md');
  await eventually(() => sourcesIn()).toEqual(['docs/a.md', 'docs/deep/b.md']);
});

test('the command line ends well on SIGTERM, and refuses what needs an end', async () => {
  write('docs/a.md');
  writeFileSync(join(workspace.dir, '.batchrc'), 'sources: {docs: ./docs}\n');
  const flags = ['ingest', '--watch', '--ollama-url', ollama.url, '--model', 'all-minilm', '--cache', 'none'];
  const { child, done } = workspace.start(flags);
  let said = '';
  child.stderr?.on('data', (text: string) => {
    said += text;
  });
  await eventually(() => said).toContain('watching ');
  write('docs/b.md');
  await eventually(() => said).toContain('✓ 1 new, 0 changed, 0 removed: 2 chunks');
  child.kill('SIGTERM');
  expect(await done).toMatchObject({ code: 0, stdout: '' });
  for (const flag of [['--json'], ['--dry-run'], ['--limit', '1'], ['--max-time', '1h']]) {
    const { code, stderr } = await workspace.embed([...flags, ...flag]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`so ${flag[0]} has no meaning there`)]);
  }
  expect((await workspace.embed(['ingest', 'docs', '--poll'])).code).toBe(2);
  expect((await workspace.embed([...flags, '-'])).code).toBe(2);
});
