// Output that is not read: a full pipe, and one whose reader has gone. A signal ends the program all the same.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { openLog } from '../../src/gateway/http/logging.js';
import type { RequestLine } from '../../src/gateway/options.js';
import { ollama } from '../gateway/gateways.js';
import { bin, makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { writeFiles } from '../ingest/run-workspace.js';

const workspaces: Workspace[] = [];
afterEach(() => {
  for (const workspace of workspaces.splice(0)) workspace.remove();
});

/** `embed …args` in a folder with these files, its output in pipes that are not read before the test reads them. */
function start(args: string[], files: Record<string, string | Buffer> = {}): ChildProcess {
  const workspace = makeWorkspace();
  workspaces.push(workspace);
  const { dir } = workspace;
  writeFiles(dir, files);
  const env = { PATH: process.env.PATH ?? '', HOME: dir };
  return spawn(process.execPath, [bin, ...args], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

const long = 'x'.repeat(10_000);

/** A gateway whose log is a full pipe. */
async function fullLog() {
  const server = await ollama();
  const child = start([
    ...['serve', '--port', '0', '--ollama-url', server.url, '--cache', 'none', '--log-level', 'info'],
  ]);
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  await eventually(() => said).toMatch(/gateway: http/);
  const url = /gateway: (\S+)/.exec(said)![1]!;
  // 500 characters each at most: more than a pipe and what the stream of this side take.
  for (let sent = 0; sent < 4000; sent += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => (await fetch(`${url}/embedding/${long}`)).arrayBuffer()),
    );
  }
  return { child, said: () => said, url };
}

test('a gateway whose log is a full pipe answers, and ends at SIGTERM', async () => {
  const { child, said, url } = await fullLog();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(said()).toMatch(/draining/);
});

test('a gateway whose log has lost its reader answers, and ends at SIGTERM', async () => {
  const { child, url } = await fullLog();
  child.stdout!.destroy();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('an ingest whose notices are not read ends at SIGTERM', async () => {
  const server = await ollama({ requestDelayMs: 600_000 });
  const names = Array.from({ length: 3000 }, (_, index) => `docs/a/${`${index}`.padEnd(200, 'x')}.bin`);
  const child = start(
    ['ingest', 'docs', '-v', '--ollama-url', server.url, '--model', 'all-minilm', '--cache', 'none'],
    { ...Object.fromEntries(names.map((name) => [name, Buffer.alloc(64)])), 'docs/z.md': '# Z\n\nOne.\n' },
  );
  await eventually(() => server.stats.inFlight).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([143, null]);
});

const line = (path: string): RequestLine => ({
  ...{ id: 'id', method: 'GET', path, route: '/*', status: 200, ms: 1, client: 'c'.repeat(10_000) },
});

test('a line has a bound, and what a slow reader loses is counted and said', async () => {
  const held: (() => void)[] = [];
  const lines: { path?: string; client?: string; dropped?: number }[] = [];
  const out = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      if (chunk !== '') lines.push(JSON.parse(chunk));
      held.push(done);
    },
  });
  const log = openLog('info', out);
  for (let sent = 0; sent < 3000; sent++) log.answered(line(`/${long}\u202e`));
  expect(out.writableLength).toBeLessThan(1_100_000);
  const drain = setInterval(() => held.shift()?.(), 0);
  await eventually(() => out.writableLength).toBe(0);
  log.answered(line('/after'));
  const dropped = await log.end();
  clearInterval(drain);
  expect(dropped).toBeGreaterThan(1000);
  expect(lines.filter(({ path }) => path).length).toBe(3001 - dropped);
  expect(lines.at(-2)).toMatchObject({ dropped });
  expect(lines.at(-1)).toMatchObject({ path: '/after' });
  for (const one of lines) expect(JSON.stringify(one).length).toBeLessThan(1500);
});
