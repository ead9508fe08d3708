// Servers that are reached by an HTTP proxy only: whole runs of the command line, and proxies that fail.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { fingerprint } from '../helpers/output.js';
import { type ProxyOptions, startProxy, type TestProxy } from '../helpers/proxy.js';
import { markdown, writeFiles } from '../ingest/run-workspace.js';

const server = 'http://ollama.invalid:11434';
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
  startProxy({ hosts: { 'ollama.invalid:11434': ollama.url }, ...options });

const ingest = (env: Record<string, string>, ...args: string[]) =>
  workspace.embed(
    ['ingest', 'docs', '--model', 'all-minilm', '--cache', 'none', '--quiet', '--max-retries', '0', ...args],
    {
      env: { OLLAMA_HOST: server, ...env },
    },
  );

describe('a server behind a proxy', () => {
  test('is not reached without it', async () => {
    const { code, stderr } = await ingest({});
    expect(stderr).toContain(`Ollama at ${server} can't be reached`);
    expect(code).toBe(4);
  });

  test.each(['tunnels', 'single requests'])('is reached by %s, and the output is as without', async (way) => {
    const proxy = await proxyTo(way === 'tunnels' ? {} : { connectStatus: 403 });
    const first = await ingest({ HTTP_PROXY: proxy.url });
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    const byProxy = fingerprint(join(workspace.dir, 'embeddings'));
    expect(new Set(proxy.asked.map((one) => one.split(' ')[0]))).toEqual(
      new Set(way === 'tunnels' ? ['CONNECT'] : ['CONNECT', 'GET', 'POST']),
    );
    const direct = await ingest({ OLLAMA_HOST: ollama.url }, '--out', 'direct');
    expect(direct.code).toBe(0);
    expect(fingerprint(join(workspace.dir, 'direct'))).toEqual(byProxy);
  });
});

describe('a proxy that', () => {
  const shownOf = ({ url }: TestProxy) => url.replace('://', '://user:****@');
  test.each<[string, ProxyOptions, (proxy: string) => string]>([
    [
      'refuses the password',
      { login: 'user:other' },
      (proxy) => `the proxy ${proxy} refuses the user or the password (407)`,
    ],
    [
      'refuses the password of single requests',
      { login: 'user:other', connectStatus: 405 },
      (proxy) =>
        `the proxy ${proxy} refuses the user or the password (407): put user:password@ before its host in HTTP_PROXY.`,
    ],
    [
      'wants another kind of login',
      { login: 'user:other', wants: 'NTLM' },
      (proxy) => `the proxy ${proxy} wants NTLM, but only Basic can be used (407)`,
    ],
    [
      'wants another kind of login for single requests',
      { login: 'user:other', wants: 'Negotiate', connectStatus: 403 },
      (proxy) => `the proxy ${proxy} wants Negotiate, but only Basic can be used (407)`,
    ],
    [
      "can't reach the server",
      { hosts: {} },
      (proxy) => `the proxy ${proxy} can't reach ollama.invalid:11434 (502)`,
    ],
    [
      "can't reach the server by single requests",
      { hosts: {}, connectStatus: 403 },
      (proxy) =>
        `(by the proxy ${proxy}) answered 502 (Bad Gateway): start it with "ollama serve", or name its address (OLLAMA_HOST, --ollama-url); or ask it without the proxy (NO_PROXY, --no-proxy).`,
    ],
    ['resets', { as: 'reset' }, (proxy) => `the proxy ${proxy} can't be reached, or breaks off`],
    ['is none', { as: 'no-http' }, (proxy) => `the proxy ${proxy} doesn't speak HTTP (HPE_INVALID_CONSTANT)`],
    ['sends a head without an end', { as: 'endless-head' }, (proxy) => `the proxy ${proxy} `],
    ['shows its own page', { as: 'lie' }, () => 'gave no JSON: is that an Ollama?'],
    [
      'breaks off in an answer',
      { as: 'reset-in-answer' },
      (proxy) => `(by the proxy ${proxy}) can't be reached (`,
    ],
  ])('%s: exit 4, in words, without its password', async (_, options, told) => {
    const proxy = await proxyTo(options);
    const { code, stderr } = await ingest({ HTTP_PROXY: proxy.url.replace('://', '://user:p%40ss@') });
    expect(stderr).toContain(told(shownOf(proxy)));
    expect(stderr).not.toMatch(/p@ss|p%40ss|dXNlc/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(4);
  });
});
