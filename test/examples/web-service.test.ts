// The small web service: it fits the types of the library, and answers, batches and stops as its page says.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeConsumer } from '../helpers/consumer.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/web-service');

let folder: string;
let ollama: TestOllama;
let service: ChildProcess;
let url: string;

beforeAll(async () => {
  folder = makeConsumer('service');
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  for (const name of readdirSync(example).filter((name) => /\.(ts|json)$/.test(name))) {
    writeFileSync(join(folder, name), readFileSync(join(example, name)));
  }
  expect(compile(folder)).toEqual([]);
  ollama = await startOllama();
  service = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, OLLAMA_HOST: ollama.url, MAX_BATCH_RETRIES: '0', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(service.stdout!.setEncoding('utf8'), 'data');
  url = String(line).trim();
});
afterAll(async () => {
  service?.kill('SIGKILL');
  await ollama?.stop();
  rmSync(folder, { recursive: true });
});

/** What the compiler has to say about the example, by its own tsconfig.json; emits into dist. */
function compile(cwd: string): string[] {
  const { config } = ts.readConfigFile(join(cwd, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, cwd);
  const program = ts.createProgram(fileNames, { ...options, skipLibCheck: true });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ messageText, file }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

const post = (body: string) => fetch(`${url}/notes`, { method: 'POST', body });

/** Texts that wait for their turn. */
const waiting = async () => {
  const response = await fetch(`${url}/health`);
  return ((await response.json()) as { queueSize: number }).queueSize;
};

test('notes that come in together share batches, and are found by meaning', async () => {
  const texts = Array.from({ length: 100 }, (_, number) => `The key number ${number} hangs behind the mill.`);
  // The server answers when all have come in, however long that takes.
  let requests = 0;
  let sent = 0;
  let answer = () => {};
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const isOurs = (batch: readonly string[]) => batch.some((text) => text.includes('The key number'));
  const when = (batch: readonly string[]) => {
    if (!isOurs(batch)) return false;
    requests++;
    sent += batch.length;
    return true;
  };
  ollama.script({ kind: 'hold', until, when, times: texts.length });
  const posted = Promise.all(texts.map((text) => post(JSON.stringify({ text }))));
  while (sent + (await waiting()) < texts.length);
  answer();
  expect((await posted).map(({ status }) => status)).toEqual(texts.map(() => 201));
  expect(requests).toBeLessThan(20);

  const response = await fetch(`${url}/notes?like=${encodeURIComponent(texts[42]!)}`);
  const found = (await response.json()) as { text: string; score: number }[];
  expect(found).toHaveLength(3);
  expect(found[0]!.text).toBe(texts[42]);
  expect(found[0]!.score).toBeCloseTo(1, 4);
});

test.each([
  ['not JSON', () => post('{'), 400],
  ['no text', () => post('{"text": " "}'), 400],
  ['null', () => post('null'), 400],
  ['a body that is too large', () => post(JSON.stringify({ text: 'x'.repeat(70_000) })), 413],
  ['a text that is too long for the model', () => post(JSON.stringify({ text: 'word '.repeat(2000) })), 422],
  ['no question', () => fetch(`${url}/notes?like=`), 400],
  ['another path', () => fetch(`${url}/elsewhere`), 404],
  ['an odd path', () => fetch(`${url}//`), 404],
])('%s', async (_, ask, status) => {
  const response = await ask();
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/\S/) });
});

test('health tells the model', async () => {
  const response = await fetch(`${url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', embedder: { model: 'all-minilm:latest' } });
});

test('a server that is down is a 503 that asks for a later try', async () => {
  await ollama.die();
  const response = await post('{"text":"While the server is away."}');
  await ollama.revive();
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('2');
});

test('SIGTERM: what is under way ends, exit 0', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /notes HTTP/1.1\r\nhost: x\r\ncontent-length: 21\r\n\r\n{"text":');
  // Answered on another connection: by then the first request has been taken.
  await (await fetch(`${url}/health`)).arrayBuffer();
  service.kill('SIGTERM');
  const ended = once(service, 'exit');
  socket.write('"late note."}');
  const [answer] = await once(socket.setEncoding('utf8'), 'data');
  socket.end();
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  expect(await ended).toEqual([0, null]);
});
