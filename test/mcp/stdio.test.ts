// `embed mcp` as an agent starts it: nothing but the protocol on standard output, and an end in time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { index, settingsIn } from './agent.js';

let ollama: TestOllama;
let workspace: Workspace;
beforeAll(async () => {
  ollama = await startOllama();
  workspace = makeWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs/a.txt'), 'The mill is behind the harbour.\n');
  await index(
    workspace.dir,
    await settingsIn(workspace.dir, { ollamaUrl: [ollama.url], model: 'all-minilm' }),
  );
});
afterAll(async () => {
  await ollama.stop();
  workspace.remove();
});

const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const opening =
  line({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  }) + line({ method: 'notifications/initialized' });
const ask = (id: number, name: string, args: object) =>
  line({ id, method: 'tools/call', params: { name, arguments: args } });
const args = () => ['mcp', '--in', './embeddings', '--ollama-url', ollama.url];

test('answers all that was asked before the input ended, each in a line of its own', async () => {
  const stdin = `${opening}this is no message\n${ask(2, 'search', { question: 'mill' })}${ask(3, 'list', {})}`;
  const { code, stdout, stderr } = await workspace.embed(args(), { stdin });
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
  expect(answers.find(({ id }) => id === 2).result.content[0].text).toContain('behind the harbour');
  expect(code).toBe(0);
  expect(stderr).toBe(
    'embed mcp: answers for embeddings\n'.replace('embeddings', workspace.dir.split('/').pop()!),
  );
});

test('a client of the SDK gets its answers, and a signal ends it quietly', async () => {
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, args: [bin, ...args(), '--quiet'], cwd: workspace.dir },
    ...{ env: { PATH: process.env.PATH ?? '', HOME: join(workspace.dir, '.home') }, stderr: 'pipe' },
  });
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(transport);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'search',
    'get',
    'list',
    'status',
  ]);
  const { content } = await client.callTool({ name: 'get', arguments: { source: 'docs/a.txt' } });
  expect(JSON.parse((content as [{ text: string }])[0].text).text).toBe('The mill is behind the harbour.');
  let closed = false;
  client.onclose = () => {
    closed = true;
  };
  process.kill(transport.pid!, 'SIGTERM');
  await eventually(() => closed).toBe(true);
});

test('a message without an end is not kept', async () => {
  const { code, stdout } = await workspace.embed(args(), { stdin: `${opening}${'x'.repeat(3_000_000)}` });
  expect(stdout.split('\n')).toHaveLength(2);
  expect(code).toBe(0);
});

test('a folder without an index is told at the start, and its questions fail until there is one', async () => {
  const stdin = `${opening}${ask(2, 'search', { question: 'mill' })}`;
  const { code, stdout, stderr } = await workspace.embed(['mcp', '--in', './nowhere'], { stdin });
  expect(stderr).toContain('warning: There is no index in ./nowhere yet: what asks it fails until');
  expect(stdout).toContain('There is no index in');
  expect(code).toBe(0);
});
