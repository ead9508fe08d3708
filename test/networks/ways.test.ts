// Each command goes the way that the settings say: by a proxy, with a password, to authorities of one's own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gateway } from '../gateway/gateways.js';
import { bin, makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { startOpenAi } from '../helpers/openai.js';
import { listenOnOwnPort } from '../helpers/ports.js';
import { type ProxyOptions, startProxy, type TestProxy } from '../helpers/proxy.js';
import { stopAfterTest } from '../helpers/running.js';
import { markdown, writeFiles } from '../ingest/run-workspace.js';

const server = 'http://gpu.invalid:11434';
let workspace: Workspace;
let ollama: TestOllama;

beforeEach(async () => {
  workspace = makeWarmWorkspace();
  ollama = await startOllama();
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 3) });
});
afterEach(async () => {
  await ollama.stop();
  workspace.remove();
});

const proxyTo = (options: ProxyOptions = {}): Promise<TestProxy> =>
  startProxy({ hosts: { 'gpu.invalid:11434': ollama.url }, ...options });
const quiet = ['--model', 'all-minilm', '--cache', 'none', '--quiet'];

/** All that a command left in the folder, as one text. */
function left(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

describe('by a proxy', () => {
  test('bench and search ask as ingest does, by flags too, and tell no password', async () => {
    const proxy = await proxyTo({ login: 'me:secret' });
    const flags = [
      '--ollama-url',
      'u:secret@gpu.invalid',
      '--http-proxy',
      proxy.url.replace('http://', 'me:secret@'),
    ];
    expect(await workspace.embed(['ingest', 'docs', ...quiet, ...flags])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const search = await workspace.embed(['search', '--json', 'alpha', ...flags]);
    expect(JSON.parse(search.stdout).results).toHaveLength(3);
    const settings = ['--quick', '--rounds', '4', '--json', '--model', 'all-minilm', '--cache', 'none'];
    const bench = await workspace.embed(['bench', 'docs', ...settings, ...flags]);
    expect(bench.code).toBe(0);
    expect(bench.stdout + bench.stderr).not.toContain('secret');
    expect(bench.stdout).toContain(server);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT gpu.invalid:11434']));
  });

  test('an OpenAI-compatible server is asked by it, too', async () => {
    const openai = await startOpenAi();
    stopAfterTest(openai);
    const { origin } = new URL(openai.url);
    const proxy = await startProxy({ hosts: { 'gpu.invalid:8080': origin } });
    const flags = ['--embedder', 'openai', '--url', 'http://gpu.invalid:8080/v1', '--http-proxy', proxy.url];
    const { code, stderr } = await workspace.embed(['ingest', 'docs', ...quiet, ...flags]);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT gpu.invalid:8080']));
  });

  test('doctor looks at a gateway by it', async () => {
    // Without a token, it is used by the names of this machine alone.
    const { url } = await gateway({ ollamaUrl: [ollama.url] }, { token: 'hush' });
    const env = { EMBED_SERVE_TOKEN: 'hush' };
    const proxy = await startProxy({ hosts: { 'gateway.invalid:11444': url } });
    const args = ['doctor', '--json', '--gateway', 'http://gateway.invalid:11444', '--http-proxy', proxy.url];
    const well = await workspace.embed(args, { env });
    expect(JSON.parse(well.stdout)).toMatchObject({ ok: true });
    proxy.options.login = 'me:secret';
    const refused = await workspace.embed(args, { env });
    expect(JSON.parse(refused.stdout).checks).toMatchObject([
      {
        id: 'gateway.reachable',
        seen: `the proxy ${proxy.url} wants a user and a password (407): put user:password@ before its host in HTTP_PROXY`,
      },
    ]);
  });

  test.each<['tunnels' | 'single requests', ProxyOptions]>([
    ['tunnels', {}],
    ['single requests', { connectStatus: 403 }],
  ])('the gateway embeds and passes on, by %s', async (_, options) => {
    const proxy = await proxyTo({ ...options, login: 'me:secret' });
    const { url } = await gateway({
      ollamaUrl: [server.replace('://', '://u:pass@')],
      httpProxy: proxy.url.replace('://', '://me:secret@'),
    });
    const post = (path: string, body: object) =>
      fetch(url + path, { method: 'POST', body: JSON.stringify(body) }).then((answer) => answer.json());
    const { embeddings } = (await post('/api/embed', { model: 'all-minilm', input: ['one'] })) as {
      embeddings: number[][];
    };
    expect(Float32Array.from(embeddings[0]!)).toEqual(ollama.vectorOf('one'));
    expect(await post('/api/show', { model: 'all-minilm' })).toHaveProperty('capabilities');
    const basic = `Basic ${Buffer.from('u:pass').toString('base64')}`;
    for (const { headers } of ollama.requests) {
      expect(headers.authorization).toBe(basic);
      expect(headers['proxy-authorization']).toBeUndefined();
      expect(headers.host).toBe('gpu.invalid:11434');
    }
  });

  test('what is on this machine, and what NO_PROXY names, is asked directly', async () => {
    const proxy = await proxyTo();
    const env = { OLLAMA_HOST: ollama.url, HTTP_PROXY: proxy.url };
    expect(await workspace.embed(['ingest', 'docs', ...quiet], { env })).toMatchObject({
      code: 0,
      stderr: '',
    });
    const listed = { OLLAMA_HOST: server, http_proxy: proxy.url, no_proxy: '.invalid' };
    const { code, stderr } = await workspace.embed(['ingest', 'docs', ...quiet, '--rebuild'], {
      env: listed,
    });
    expect(stderr).toMatch(/can't be reached \((ENOTFOUND|EAI_AGAIN)\)/);
    expect(code).toBe(4);
    expect(proxy.asked).toEqual([]);
  });

  test('doctor says which way each server is asked', async () => {
    const proxy = await proxyTo({ connectStatus: 403, login: 'me:secret' });
    const asked = async (env: Record<string, string>) => {
      const { stdout } = await workspace.embed(['doctor', '--model', 'none', '--json'], { env });
      const { checks } = JSON.parse(stdout) as { checks: { id: string; seen: string; status: string }[] };
      return Object.fromEntries(checks.map(({ id, seen, status }) => [id, `${status}: ${seen}`]));
    };
    const byProxy = await asked({
      OLLAMA_HOST: server,
      HTTP_PROXY: proxy.url.replace('://', '://me:secret@'),
    });
    expect(byProxy['ollama.way']).toBe(
      `ok: by the proxy ${proxy.url.replace('://', '://me:****@')} (HTTP_PROXY)`,
    );
    expect(byProxy['ollama.reachable']).toMatch(/^ok: answers in .*; a proxy hands on its answers/);
    const here = await asked({ OLLAMA_HOST: ollama.url.replace('://', '://u:pass@'), HTTP_PROXY: proxy.url });
    expect(here['ollama.way']).toBe(
      'ok: directly: what is on this machine never goes by a proxy, with the user and the password of its address',
    );
    const socks = await asked({ OLLAMA_HOST: server, HTTP_PROXY: 'socks5://me:secret@proxy' });
    expect(socks['ollama.way']).toMatch(/^failure: HTTP_PROXY names a SOCKS proxy/);
  });
});

test('a user and a password in the address are sent as Basic, and are nowhere else', async () => {
  const url = ollama.url.replace('://', '://user:se%23cret@');
  const env = { OLLAMA_HOST: url, OLLAMA_API_KEY: 'token', EMBED_DEBUG: '*' };
  const runs = [
    await workspace.embed(['ingest', 'docs', ...quiet], { env }),
    await workspace.embed(['doctor', '--model', 'none', '--json'], { env }),
    await workspace.embed(['config', '--json'], { env }),
  ];
  expect(runs.map(({ code }) => code)).toEqual([0, 1, 0]);
  const basic = Buffer.from('user:se#cret').toString('base64');
  expect(new Set(ollama.requests.map(({ headers }) => headers.authorization))).toEqual(
    new Set([`Basic ${basic}`]),
  );
  const said = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  for (const secret of ['se#cret', 'se%23cret', basic]) {
    expect(said).not.toContain(secret);
    expect(left(workspace.dir)).not.toContain(secret);
  }
  // A server that repeats what it was sent.
  ollama.script({
    kind: 'answer',
    status: 401,
    path: '/api/version',
    body: `{"error":"no ${basic}: se#cret"}`,
  });
  const refused = await workspace.embed(['ingest', 'docs', ...quiet, '--rebuild'], {
    env: { OLLAMA_HOST: url },
  });
  expect(refused.stderr).toContain('answered 401 (no ****: ****)');
});

test.each([301, 308])('a redirect (%i) is told with its new address, and is not followed', async (status) => {
  const headers = { Location: 'https://user:secret@gpu.example.org/ollama/api/version' };
  ollama.script({ kind: 'answer', status, path: '/api/version', body: '', headers });
  const { code, stderr } = await workspace.embed(['ingest', 'docs', ...quiet], {
    env: { OLLAMA_HOST: ollama.url },
  });
  expect(stderr).toBe(
    `error: Ollama at ${ollama.url} answered ${status} and sends elsewhere (https://user:****@gpu.example.org/ollama): name the address that answers itself.\n`,
  );
  expect(code).toBe(4);
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-ways-'));
  const file = (name: string) => join(folder, name);
  let tls: Server;
  let url: string;

  beforeAll(() => {
    const subject = ['-subj', '/CN=gpu.invalid', '-addext', 'subjectAltName=DNS:gpu.invalid,DNS:localhost'];
    const files = ['-keyout', file('key.pem'), '-out', file('cert.pem'), '-days', '2'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        ...subject,
        ...files,
      ],
      { stdio: 'pipe' },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    const files = { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) };
    tls = createTlsServer(files, (incoming, response) => {
      const { method, headers } = incoming;
      const onward = request(ollama.url + incoming.url, { method: method!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    });
    const port = await listenOnOwnPort(tls);
    url = `https://localhost:${port}`;
    stopAfterTest({ stop: () => new Promise((resolve) => void tls.close(() => resolve())) });
  });
  const ingest = (env: Record<string, string>) => workspace.embed(['ingest', 'docs', ...quiet], { env });

  test('an authority that nobody knows is told with the variable that names it, which helps, also by a proxy', async () => {
    const unknown = await ingest({ OLLAMA_HOST: url });
    expect(unknown.stderr).toContain('name its authority in NODE_EXTRA_CA_CERTS.');
    expect(unknown.code).toBe(4);
    const proxy = await startProxy({ hosts: { 'gpu.invalid:443': url.replace('localhost', '127.0.0.1') } });
    const known = {
      OLLAMA_HOST: 'https://gpu.invalid',
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: file('cert.pem'),
    };
    expect(await ingest(known)).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT gpu.invalid:443']));
  });

  test.each<[string, ProxyOptions]>([
    ['tunnels', {}],
    ['single requests', { connectStatus: 403 }],
  ])('a proxy that speaks TLS is believed by its own name, by %s', async (_, options) => {
    const proxy = await proxyTo(options);
    const files = { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) };
    const front = createSecureServer(files, (inner) => {
      inner.pipe(connect(Number(new URL(proxy.url).port), '127.0.0.1')).pipe(inner);
    });
    const port = await listenOnOwnPort(front);
    stopAfterTest({ stop: () => new Promise((resolve) => void front.close(() => resolve())) });
    const env = { HTTP_PROXY: `https://localhost:${port}`, NODE_EXTRA_CA_CERTS: file('cert.pem') };
    expect(await ingest({ OLLAMA_HOST: server, ...env })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test('another host, http:// for https:// and the reverse are told as such', async () => {
    const other = await ingest({
      OLLAMA_HOST: url.replace('localhost', '127.0.0.1'),
      NODE_EXTRA_CA_CERTS: file('cert.pem'),
    });
    expect(other.stderr).toContain('shows the certificate of another host');
    const plain = await ingest({ OLLAMA_HOST: ollama.url.replace('http', 'https') });
    expect(plain.stderr).toMatch(/doesn't speak TLS \(\w+\): use http:\/\/ instead of https:\/\/\.$/m);
    for (const { code } of [other, plain]) expect(code).toBe(4);
  });
});

/** Linux lets a user make a network of their own, where it isn't forbidden, as in many containers. */
const hasNamespaces = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

test.runIf(hasNamespaces)('in a network without a way out, only the proxy reaches the server', async () => {
  const proxy = await startProxy({ hosts: { '10.9.9.9:11434': ollama.url } });
  // A socket file leads out of the network: its other end is the proxy.
  const socket = join(workspace.dir, 'out.sock');
  const out = createServer((inner) => {
    inner
      .on('error', () => {})
      .pipe(connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => {}))
      .pipe(inner);
  });
  await new Promise<void>((resolve) => void out.listen(socket, () => resolve()));
  stopAfterTest({ stop: () => new Promise((resolve) => void out.close(() => resolve())) });
  const inside = (env: Record<string, string>) =>
    spawnedIn(['unshare', '-rn', process.execPath, '-e', bridge], {
      PATH: process.env.PATH ?? '',
      HOME: workspace.dir,
      OUT: socket,
      COMMAND: JSON.stringify([bin, 'ingest', 'docs', ...quiet, '--max-retries', '0']),
      OLLAMA_HOST: 'http://10.9.9.9:11434',
      ...env,
    });
  const without = await inside({});
  expect(without.stderr).toContain("Ollama at http://10.9.9.9:11434 can't be reached (ENETUNREACH)");
  expect(without.code).toBe(4);
  expect(await inside({ HTTP_PROXY: 'http://127.0.0.1:3128' })).toEqual({ code: 0, stderr: '' });
  expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT 10.9.9.9:11434']));
});

/** Run inside: hands on connections to the socket file, and runs the command. */
const bridge = `
const { connect, createServer } = require('node:net');
const { execFileSync, spawn } = require('node:child_process');
execFileSync('ip', ['link', 'set', 'lo', 'up']);
createServer((inner) => inner.pipe(connect(process.env.OUT)).pipe(inner)).listen(3128, '127.0.0.1', () => {
  const command = spawn(process.execPath, JSON.parse(process.env.COMMAND), { stdio: 'inherit' });
  command.on('exit', (code) => process.exit(code));
});`;

function spawnedIn([program, ...args]: string[], env: Record<string, string>) {
  const child = spawn(program!, args, { cwd: workspace.dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  return new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
}
