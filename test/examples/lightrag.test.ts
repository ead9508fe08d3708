// The real LightRAG ingests the example's documents through the gateway by both of its bindings, unchanged but for
// its host; the gateway makes fewer requests of it, and a second ingest is answered from the cache.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { type Gateway, startGateway } from './gateway.js';
import { findPython } from './python.js';

const example = fileURLToPath(new URL('../../examples/lightrag', import.meta.url));
const python = findPython('LightRAG', ['lightrag', 'ollama', 'openai']);
const bindings = ['ollama', 'openai'];

describe.skipIf(python.interpreter === undefined)('LightRAG', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = makeWorkspace();
    cpSync(example, join(workspace.dir, 'example'), { recursive: true });
  });
  afterEach(() => workspace.remove());

  const ingest = (...args: string[]) =>
    python.run([join('example', 'ingest.py'), ...args], { cwd: workspace.dir });

  describe('built-in embedder', () => {
    test.each(bindings)('%s', async (binding) => {
      const gateway = await startGateway(workspace);
      onTestFinished(async () => void (await gateway.stop()));
      const { stdout, stderr, code } = await ingest('--gateway', gateway.url, '--binding', binding);
      expect(await gateway.stop()).toBe(0);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("documents: {'processed': 3}, dimensions: 512");
      expect(stdout).toMatch(/^ {2}lighthouse\.md: # The lighthouse/m);
    });
  });

  describe('an Ollama behind the gateway', () => {
    let ollama: TestOllama;
    let gateway: Gateway;
    beforeAll(async () => {
      ollama = await startOllama();
    });
    afterAll(() => ollama.stop());
    beforeEach(async () => {
      gateway = await startGateway(workspace, ['--ollama-url', ollama.url, '--token', 'secret']);
    });
    afterEach(() => gateway.stop());

    test.each(bindings)(
      '%s: token, one model name, no options, a second ingest from the cache',
      async (binding) => {
        const given = [
          '--gateway',
          gateway.url,
          '--binding',
          binding,
          '--model',
          'all-minilm',
          '--token',
          'secret',
        ];
        const first = await ingest(...given, '--work', 'first');
        expect(first.code, first.stderr).toBe(0);
        expect(first.stdout).toContain("documents: {'processed': 3}, dimensions: 384");
        const embeds = ollama.requests.filter(({ path }) => path === '/api/embed');
        expect([...new Set(embeds.map(({ body }) => JSON.stringify(body.options ?? {})))]).toEqual(['{}']);

        const { texts } = ollama.stats;
        const second = await ingest(...given, '--work', 'second');
        expect(second.code, second.stderr).toBe(0);
        expect(second.stdout).toContain("documents: {'processed': 3}");
        expect(ollama.stats.texts).toBe(texts);
      },
    );

    test('bad moments of the server stop nothing: the gateway asks again', async () => {
      const died = '{"error":"do embedding request: Post \\"http://127.0.0.1:1/embedding\\": EOF"}';
      const busy = '{"error":"server busy, please try again.  maximum pending requests exceeded"}';
      const inABatch = (texts: readonly string[]) => texts.length > 1 && texts[0]!.includes('is named');
      ollama.script(
        { kind: 'answer', status: 400, body: died, when: inABatch, times: 2 },
        { kind: 'answer', status: 503, body: busy },
        { kind: 'reset' },
      );
      const { stdout, stderr, code } = await ingest(
        ...['--gateway', gateway.url, '--model', 'all-minilm', '--token', 'secret', '--work', 'third'],
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("documents: {'processed': 3}");
    });
  });
});
