// The test server is held to the recordings of real Ollama servers: whatever was asked of them is asked
// of it, and status, content type, body shape and error text must agree.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ollamaVersions, recordedCases, recordedPull } from './helpers/ollama/contract.js';
import { expectAsRecorded } from './helpers/ollama/shape.js';
import { allMiniLm, startOllama, type TestOllama } from './helpers/ollama.js';

describe.each(ollamaVersions)('the test server as Ollama %s', (version) => {
  let server: TestOllama;
  beforeAll(async () => {
    server = await startOllama({ version });
  });
  afterAll(() => server.stop());

  test.each(recordedCases(version))('$name', (recorded) => expectAsRecorded(server.url, recorded));

  test.each(['unknown_model', 'no_network', 'success'] as const)('streams a pull: %s', async (outcome) => {
    const registry = { unknown_model: [], no_network: undefined, success: [{ ...allMiniLm }] };
    server.world.registry = registry[outcome];
    const answer = await fetch(`${server.url}/api/pull`, { method: 'POST', body: '{"model":"all-minilm"}' });
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(answer.status).toBe(200);
    expect(lines.map((line) => JSON.parse(line))).toEqual(recordedPull()[outcome]);
    server.world.registry = undefined;
  });
});

describe('vectors of the test server', () => {
  test('depend on the text, are normalised, and read back to the same float32', async () => {
    await using server = await startOllama();
    const input = ['one', 'two', 'naïve café'];
    const body = JSON.stringify({ model: 'all-minilm', input });
    const answer = await fetch(`${server.url}/api/embed`, { method: 'POST', body });
    const { embeddings } = (await answer.json()) as { embeddings: number[][] };
    for (const [index, text] of input.entries()) {
      expect(new Float32Array(embeddings[index]!)).toEqual(server.vectorOf(text));
      expect(Math.hypot(...embeddings[index]!)).toBeCloseTo(1, 6);
    }
    expect(embeddings[0]).not.toEqual(embeddings[1]);
  });

  test('of other alphabets change with the release, those of English do not', async () => {
    await using old = await startOllama({ version: '0.24.0' });
    await using current = await startOllama({ version: '0.32.15' });
    expect(old.vectorOf('plain English')).toEqual(current.vectorOf('plain English'));
    expect(old.vectorOf('naïve café')).not.toEqual(current.vectorOf('naïve café'));
  });
});
