// What a server of the gateway can do to it, its clients, and who reads its log: words that command a
// terminal, a megabyte of them, and answers without an end.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWorkspace, type RunningCli, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { ollama, stopAfterTest } from '../helpers/running.js';

const strange = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const strangeWords = 'w\x1b[2J\nFORGED\r\u202e\u2028\x9b31m';
const much = strangeWords + 'x'.repeat(1024 * 1024);
const mb = 1024 * 1024;

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(() => workspace.remove());

/** A gateway by the real command line. */
async function serve(args: string[]): Promise<RunningCli & { url: string }> {
  const cli = workspace.start(['serve', '--port', '0', '--cache', 'none', '--max-retries', '0', ...args]);
  stopAfterTest({
    stop: async () => {
      cli.child.kill('SIGKILL');
      await cli.done;
    },
  });
  let said = '';
  cli.child.stderr?.on('data', (part: string) => (said += part));
  await eventually(() => said).toContain('embed gateway: ');
  return { ...cli, url: /embed gateway: (http:\S+)/.exec(said)![1]! };
}

const model = 'all-minilm';
const ask = (url: string, path: string, words: string) => {
  const body = { model, input: words, prompt: words, ...(path === '/embedding' && { text: words }) };
  return fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
};

/** The sentence in an answer of any of the APIs. */
function sentenceOf(body: string): string {
  const { error } = JSON.parse(body) as { error: string | { message: string } };
  return typeof error === 'string' ? error : error.message;
}

const routes = ['/api/embed', '/v1/embeddings', '/embedding'];

describe('words of a server', () => {
  const bodies: Record<string, string> = {
    'as an error': JSON.stringify({ error: much }),
    'as they are': much,
    'in the place of vectors': JSON.stringify({ embeddings: [[much]] }),
  };

  test.each(Object.keys(bodies))('%s, with whatever status', async (kind) => {
    const server = await ollama();
    const { url, child, done } = await serve(['--ollama-url', server.url, '--wait-for-server', '0']);
    const statuses = [400, 404, 429, 500, 503, 200];
    for (const status of statuses) {
      const words = `bad ${status}`;
      const when = (texts: readonly string[]) => texts.includes(words);
      server.script({ kind: 'answer', status, body: bodies[kind]!, when, times: Number.POSITIVE_INFINITY });
      for (const path of routes) {
        const answer = await ask(url, path, words);
        const said = sentenceOf(await answer.text());
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(said).not.toMatch(strange);
        expect(said.length).toBeLessThan(1000);
      }
    }
    const health = await fetch(`${url}/health`).then((answer) => answer.text());
    expect(health).not.toMatch(strange);
    expect(health.length).toBeLessThan(3000);
    child.kill('SIGTERM');
    const { stdout, stderr, code } = await done;
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    // And the health.
    const asked = statuses.length * routes.length + 1;
    expect(lines.filter((line) => line.includes('"request"'))).toHaveLength(asked);
    for (const line of [...lines, ...stderr.trimEnd().split('\n')]) {
      expect(line).not.toMatch(strange);
      expect(line.length).toBeLessThan(2000);
    }
  });

  test('in the reason for which its vectors are refused', async () => {
    const servers = [await ollama(), await ollama()];
    servers[1]!.world.models[0]!.digest = much.slice(0, 10_000);
    const { url, child, done } = await serve(servers.flatMap((server) => ['--ollama-url', server.url]));
    for (const path of [...routes, '/api/embeddings']) {
      const answer = await ask(url, path, 'one');
      const said = sentenceOf(await answer.text());
      expect([answer.status, said]).toEqual([503, expect.stringMatching(/forged/i)]);
      expect(said).not.toMatch(strange);
      expect(said.length).toBeLessThan(2100);
    }
    const health = await fetch(`${url}/health`).then((answer) => answer.text());
    expect(health).toMatch(/forged/i);
    expect(health).not.toMatch(strange);
    expect(health.length).toBeLessThan(4000);
    const doctor = await workspace.embed(['doctor', '--gateway', url]);
    expect(doctor.stdout).toContain('✗ Vectors');
    expect(doctor.stdout.replaceAll('\n', '')).not.toMatch(strange);
    expect(doctor.stdout).not.toMatch(/^\s*forged/im);
    child.kill('SIGTERM');
    const { stdout, stderr } = await done;
    for (const line of (stdout + stderr).trimEnd().split('\n')) expect(line).not.toMatch(strange);
  });

  test('a name of a model that is no text', async () => {
    const { url } = await serve(['--embedder', 'builtin']);
    const body = '{"model":{"toString":1}}';
    const answer = await fetch(`${url}/api/show`, { method: 'POST', body });
    expect([answer.status, sentenceOf(await answer.text())]).toEqual([404, "model '' not found"]);
  });

  test('a client’s own, too: a name of a model without end', async () => {
    const server = await ollama();
    const { url } = await serve(['--ollama-url', server.url, '--ollama-url', server.url]);
    const answer = await fetch(`${url}/embedding`, {
      method: 'POST',
      body: JSON.stringify({ model: much, text: 'one' }),
    });
    const said = sentenceOf(await answer.text());
    expect([answer.status, said.length < 2100, strange.test(said)]).toEqual([404, true, false]);
  });
});

/** A server that is well, but for requests about `endless`: those are answered without an end. */
async function endless(behind: TestOllama): Promise<{ url: string; open(): number; sent(): number }> {
  let open = 0;
  let sent = 0;
  const part = '0.1,'.repeat(16 * 1024);
  const more = (response: ServerResponse) => {
    while (!response.destroyed) {
      sent += part.length;
      if (!response.write(part)) return void response.once('drain', () => more(response));
    }
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (body.includes('endless')) {
      open++;
      response.on('close', () => open--).on('error', () => undefined);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"embeddings":[[');
      return more(response);
    }
    const init = body === '' ? {} : { body };
    const answer = await fetch(behind.url + request.url, { method: request.method!, ...init });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stopAfterTest({
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, open: () => open, sent: () => sent };
}

/** The most memory that a process has had, in bytes. */
function peakOf(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) * 1024;
}

describe('answers without an end', () => {
  async function started(args: string[] = []) {
    const behind = await startOllama();
    stopAfterTest(behind);
    const server = await endless(behind);
    // The model is open before it listens: opening it counts towards no deadline.
    const cli = await serve(['--ollama-url', server.url, '--model', model, ...args]);
    return { ...cli, server, before: peakOf(cli.child.pid!) };
  }

  test('for vectors that are batched: a bad answer, at its bound', async () => {
    const { url, child, server, before } = await started();
    for (const path of routes) {
      const answer = await ask(url, path, 'endless');
      expect([answer.status, sentenceOf(await answer.text())]).toEqual([
        502,
        expect.stringMatching(/gave more than \d+ bytes/),
      ]);
    }
    await eventually(() => server.open()).toBe(0);
    expect(server.sent()).toBeLessThan(64 * mb);
    expect(peakOf(child.pid!) - before).toBeLessThan(96 * mb);
  });

  test('for vectors that are passed on: broken off at the deadline, whether the client reads or not', async () => {
    const { url, child, done, server, before } = await started(['--deadline', '3s']);
    const read = await ask(url, '/api/embeddings', 'endless');
    const unread = await ask(url, '/api/embeddings', 'endless');
    await expect(drain(read)).rejects.toThrow();
    await eventually(() => server.open()).toBe(0);
    await expect(drain(unread)).rejects.toThrow();
    expect(peakOf(child.pid!) - before).toBeLessThan(96 * mb);
    child.kill('SIGTERM');
    expect((await done).stdout.match(/"path":"\/api\/embeddings".*"status":502/g)).toHaveLength(2);
  });

  test('of a chat: goes on as long as its client likes, and holds no memory', async () => {
    const { url, child, server, before } = await started(['--deadline', '1s']);
    const leave = new AbortController();
    const body = '{"model":"endless"}';
    const answer = await fetch(`${url}/api/chat`, { method: 'POST', body, signal: leave.signal });
    let bytes = 0;
    const end = performance.now() + 1500;
    for await (const part of answer.body!) {
      bytes += part.length;
      // Longer than requests for vectors may take, and more than it would have room for.
      if (bytes > 256 * mb && performance.now() > end) break;
    }
    leave.abort();
    await eventually(() => server.open()).toBe(0);
    expect(peakOf(child.pid!) - before).toBeLessThan(96 * mb);
  });
});

async function drain(answer: Response): Promise<void> {
  for await (const _ of answer.body!);
}
