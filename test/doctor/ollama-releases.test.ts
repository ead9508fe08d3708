import { describe, expect, test } from 'vitest';
import { nodeFinding } from '../../src/doctor/checks/node.js';
import { versionFinding } from '../../src/doctor/checks/ollama.js';
import { compareVersions, knownFaults } from '../../src/doctor/ollama-releases.js';

test('versions are compared by their numbers, not as text', () => {
  expect(compareVersions('0.9.0', '0.13.1')).toBeLessThan(0);
  expect(compareVersions('v20.11.0', '>=20.11')).toBe(0);
  expect(compareVersions('0.7.0-rc0', '0.7.0')).toBe(0);
  expect(compareVersions('1.0', '0.99.9')).toBeGreaterThan(0);
});

describe('releases of Ollama with known faults', () => {
  test.each([
    ['0.3.3', 'all-minilm', /no \/api\/embed/],
    ['0.4.0', 'all-minilm', /status 500/],
    ['0.12.5', 'hf.co/Qwen/Qwen3-Embedding-0.6B-GGUF', /zero or infinite/],
    ['0.13.1', 'nomic-embed-text:latest', /capitals/],
    ['0.24.0', 'nomic-embed-text:v1.5', /capitals/],
    ['0.23.0', 'bge-m3', /NaN/],
    ['0.31.2', 'qwen3-embedding:8b', /2,048 tokens/],
  ])('%s with %s', (version, model, fault) => {
    expect(knownFaults(version, model).join()).toMatch(fault);
    expect(versionFinding(version, model)).toMatchObject({ status: 'warning', mend: expect.any(String) });
  });

  test.each([
    ['0.3.4', 'all-minilm'],
    ['0.13.0', 'nomic-embed-text'],
    ['0.30.0', 'nomic-embed-text'],
    ['0.24.0', 'all-minilm'],
    ['0.32.15', 'qwen3-embedding'],
    ['0.0.0', 'all-minilm'],
    ['unknown', 'bge-m3'],
  ])('none in %s with %s', (version, model) => {
    expect(knownFaults(version, model)).toEqual([]);
    expect(versionFinding(version, model)).toEqual({ status: 'ok', seen: version });
  });
});

test('a Node that is too old fails', () => {
  expect(nodeFinding('v20.11.0', '>=20.11').status).toBe('ok');
  expect(nodeFinding('v20.10.9', '>=20.11')).toMatchObject({ status: 'failure', mend: expect.any(String) });
});
