// Whole runs with a server of OpenAI's API: the same promises as with an Ollama.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { type OpenAiOptions, startOpenAi, type TestOpenAi } from '../helpers/openai.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { markdown, writeFiles } from './run-workspace.js';

let workspace: Workspace;
let server: TestOpenAi;
let out: string;

const servers: TestOpenAi[] = [];
async function start(options: OpenAiOptions = {}): Promise<TestOpenAi> {
  const started = await startOpenAi(options);
  servers.push(started);
  return started;
}

beforeEach(async () => {
  workspace = makeWarmWorkspace();
  out = join(workspace.dir, 'embeddings');
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 6), 'docs/b.md': markdown('beta', 6) });
  server = await start();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => one.stop()));
  workspace.remove();
});

const ingest = (args: string[] = [], env: Record<string, string> = {}) =>
  workspace.embed(['ingest', 'docs', '--embedder', 'openai', '--cache', 'none', ...args], { env });
const withUrl = (...args: string[]) => ['--url', server.url, ...args];
/** The texts of documents that the server got, without canaries and the words of the opening. */
const textsOfDocuments = (of = server) =>
  of
    .batches()
    .flat()
    .filter((text) => /^# |alpha|beta/.test(text));

function expectRightVectors(of = server): void {
  const { rows, vectors } = readOutput(out);
  expect(rows.length).toBeGreaterThan(3);
  for (const [row, { text, embedding }] of rows.entries()) {
    const expected = of.vectorOf(text);
    expect(vectors[row]).toEqual(expected);
    expect(Float32Array.from(embedding)).toEqual(expected);
  }
}

describe('a run', () => {
  test('gives each row the vector of its text, bit for bit, says where texts go, and repeats nothing', async () => {
    const first = await ingest(withUrl('--model', 'all-minilm'));
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain(`Texts go to ${server.url}, for "all-minilm".`);
    expectRightVectors();
    expect(server.requests.filter(({ path }) => path === '/v1/embeddings').at(-1)!.body).toMatchObject({
      model: 'all-minilm',
      encoding_format: 'base64',
    });
    const before = fingerprint(out);
    const requests = server.requests.length;
    const again = await ingest(withUrl());
    expect(again).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(requests);
    expect(fingerprint(out)).toEqual(before);

    writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n\nOne more alpha.\n' });
    const sent = textsOfDocuments().length;
    const more = await ingest(withUrl());
    expect(more).toMatchObject({ code: 0 });
    expect(more.stderr).not.toContain('Texts go to');
    expect(textsOfDocuments().length - sent).toBe(1);
    expectRightVectors();

    const { text } = readOutput(out).rows[2]!;
    const search = ['search', '--json', '-k', '1', '--embedder', 'openai', '--url', server.url, text];
    const found = JSON.parse((await workspace.embed(search)).stdout) as {
      results: { text: string; score: number }[];
    };
    expect(found.results[0]!.text).toBe(text);
    expect(found.results[0]!.score).toBeCloseTo(1, 5);
  });

  test.each(['ollama', 'tei', 'vllm', 'plain'] as const)('works with a server as %s', async (kind) => {
    server = await start({ kind });
    const run = await ingest(withUrl('--model', 'all-minilm'));
    expect(run).toMatchObject({ code: 0 });
    expectRightVectors();
  });
});
