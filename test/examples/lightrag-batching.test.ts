// embed_batching.py with the real LightRAG: an instance that is patched embeds by the gateway alone, falls back to its own
// function when the gateway dies, and gets no vectors of another model. The page's web application and notebook run.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { hold } from '../helpers/hold.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { type Gateway, startGateway } from './gateway.js';
import { findPython, runNotebook } from './python.js';

const example = fileURLToPath(new URL('../../examples/lightrag', import.meta.url));
const player = fileURLToPath(new URL('batching.py', import.meta.url));
const python = findPython('embed_batching.py', ['lightrag', 'aiohttp', 'fastapi', 'ollama']);

describe.skipIf(python.interpreter === undefined)('embed_batching.py', () => {
  let workspace: Workspace;
  /** The server behind the gateway. */
  let ollama: TestOllama;
  /** The server that the instance's own function asks: of the same model. */
  let own: TestOllama;
  beforeAll(async () => {
    ollama = await startOllama();
    own = await startOllama();
  });
  afterAll(async () => {
    await ollama.stop();
    await own.stop();
  });
  beforeEach(() => {
    workspace = makeWorkspace();
    cpSync(example, join(workspace.dir, 'example'), { recursive: true });
  });
  afterEach(() => workspace.remove());

  async function gatewayOf(...args: string[]): Promise<Gateway> {
    const gateway = await startGateway(workspace, [
      ...['--ollama-url', ollama.url, '--cache', 'none', '--token', 'secret', ...args],
    ]);
    onTestFinished(async () => void (await gateway.stop()));
    return gateway;
  }

  async function play(scenario: string, gateway: string) {
    const env = { EMBED_GATEWAY: gateway, EMBED_SERVE_TOKEN: 'secret', OLLAMA_EMBEDDING_MODEL: 'all-minilm' };
    const { code, stdout, stderr } = await python.run([player, scenario, own.url, 'rag'], {
      cwd: workspace.dir,
      env,
    });
    expect(code, stderr).toBe(0);
    return { said: stderr, result: JSON.parse(stdout.trim().split('\n').at(-1)!) };
  }

  test('all texts go by the gateway while an instance is patched, and none after the cleanup', async () => {
    const { result } = await play('patched', (await gatewayOf()).url);
    expect(result).toMatchObject({
      status: { processed: 3 },
      during: 0,
      after_cleanup: 0,
      answers: [true, true, true, true, true],
      before: 'not measured',
      health: { integration_status: 'healthy', redis_status: 'not used', pipeline_status: 'ok' },
    });
    expect(result.after).toBeGreaterThan(0);
    expect(result.chunks.length).toBeGreaterThan(0);
    expect(result.metrics.pipeline_metrics).toMatchObject({ fallback_rate: 0, active_requests: 0 });
    expect(result.metrics.orchestrator_metrics.total_requests).toBeGreaterThan(3);
    expect(result.metrics.performance_summary).toMatch(
      /^3 texts: [\d.]+ ms each one by one, .* times as fast\)$/,
    );
  });

  test('the gateway dies in the middle of an insert: the own function stands in, and that is said once', async () => {
    const gateway = await gatewayOf();
    const go = hold(ollama, { when: (texts) => texts.some((text) => text.includes('is named')) });
    onTestFinished(go);
    const held = ollama.requests.length;
    const playing = play('killed', gateway.url);
    // A request that is held is in the record, but unanswered.
    await expect
      .poll(() => ollama.requests.slice(held).some(({ body }) => JSON.stringify(body).includes('is named')), {
        timeout: 30_000,
      })
      .toBe(true);
    await gateway.kill();
    const { result, said } = await playing;
    expect(result.status).toEqual({ processed: 3 });
    expect(result.chunks.length).toBeGreaterThan(0);
    expect(result.metrics.pipeline_metrics.fallback_requests).toBeGreaterThan(0);
    expect(result.health).toMatchObject({ integration_status: 'degraded', pipeline_status: 'unreachable' });
    expect(said.match(/Texts are embedded without the gateway/g)).toHaveLength(1);
  });

  test('vectors of another model are not mixed in: nothing is patched', async () => {
    const { result } = await play('unlike', (await gatewayOf()).url);
    expect(result.is_same).toBe(true);
    expect(result.said).toMatch(
      /^The gateway at 127\.0\.0\.1:\d+ gives other vectors than the instance's own/,
    );
  });

  test('without a gateway at the start, the instance works by its own function', async () => {
    const { result } = await play('absent', 'http://127.0.0.1:1');
    expect(result).toMatchObject({
      status: { processed: 1 },
      metrics: { pipeline_metrics: { fallback_rate: 1 } },
      health: { integration_status: 'degraded' },
    });
  });

  test('the orchestrator: single texts and lists, metrics, and what needs a token', async () => {
    const { result } = await play('orchestrator', (await gatewayOf()).url);
    expect(result).toMatchObject({ same: true, dimensions: 384, zero: 0, removed: 0 });
    expect(result.cosine).toBeGreaterThan(0.999999);
    expect(result.again).toMatch(/each is given once/);
    expect(result.metrics.total_requests).toBe(20);
    expect(result.metrics.pipeline_metrics.fallback_rate).toBe(0);
    expect(result.past_cache).toMatchObject({ total_requests: 10, cache_hits: 0 });
    expect(result.production).toBe('all-minilm');
    expect(result.refused).toMatch(/^PermissionError: .*EMBED_SERVE_TOKEN/);
  });

  test('the web application of the page', async () => {
    const { result } = await play('application', (await gatewayOf()).url);
    expect(result.dimensions).toBe(384);
    expect(result.metrics.pipeline_metrics).toMatchObject({ individual_requests: 1, fallback_rate: 0 });
  });

  test('the notebook', async () => {
    const gateway = await startGateway(workspace, ['--embedder', 'builtin', '--cache', 'none']);
    onTestFinished(async () => void (await gateway.stop()));
    const notebook = join('example', 'batching.ipynb');
    const env = {
      EMBED_GATEWAY: gateway.url,
      PYTHONPATH: join(workspace.dir, 'example'),
    };
    const { code, stdout, stderr } = await python.run(runNotebook(notebook), { cwd: workspace.dir, env });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('universal-sentence-encoder-lite 512');
    expect(stdout).toMatch(/^\['(lamp|bees)\.md', '(lamp|bees)\.md'\]$/m);
    expect(stdout).toContain('fallback rate: 0%');
    expect(readFileSync(join(workspace.dir, notebook), 'utf8')).toContain('"outputs": []');
  });
});
