import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DoctorReport } from '../../../src/commands/doctor.js';
import { type CliResult, makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { allMiniLm, startOllama } from '../../helpers/ollama.js';
import { freePort } from '../../helpers/redis.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
});
afterEach(() => workspace.remove());

/** With time enough on a busy machine, unless it says how much. */
const doctor = (...args: string[]): Promise<CliResult> =>
  workspace.embed(['doctor', ...(args.includes('--timeout') ? [] : ['--timeout', '60s']), ...args]);
const reportOf = ({ stdout }: CliResult): DoctorReport => JSON.parse(stdout);

describe('the lines', () => {
  test('show what was seen in aligned columns within 80 and no colour', async () => {
    await using ollama = await startOllama();
    const { stdout, code } = await doctor('--ollama-url', ollama.url);
    expect(code).toBe(0);
    expect(stdout).toContain(`Ollama ${ollama.url}\n  ✓ Reachable    answers in `);
    expect(stdout).toContain('  ✓ Details      digest 6cf97aa9ab2e, context 512 tokens, 384 dimensions\n');
    expect(stdout).toMatch(/\n\d+ checks: \d+ fine, \d+ skipped\.\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('show the command that mends it below what is wrong', async () => {
    await using ollama = await startOllama();
    const { stdout, code } = await doctor('--ollama-url', ollama.url, '--model', 'bge-m3');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `  ✗ Model        bge-m3 is missing\n      $ OLLAMA_HOST=${ollama.url} ollama pull bge-m3\n`,
    );
  });

  test('are coloured when that is asked for', async () => {
    await using ollama = await startOllama();
    const { stdout } = await workspace.embed(['doctor', '--ollama-url', ollama.url], {
      env: { FORCE_COLOR: '1' },
    });
    expect(stdout).toContain('\u001b[32m✓\u001b[39m Reachable');
  });
});

describe('the exit code', () => {
  test('is 1 for a warning with --strict only', async () => {
    await using ollama = await startOllama({ models: [{ ...allMiniLm, name: 'nomic-embed-text:latest' }] });
    const url = ['--ollama-url', ollama.url];
    const plain = await doctor(...url);
    expect(plain.stdout).toContain('  ! Version      0.24.0 gives all words in capitals the same vector');
    expect(plain.code).toBe(0);
    expect((await doctor(...url, '--strict')).code).toBe(1);
  });

  test('is 1 for a wrong configuration, and the other checks are made', async () => {
    await using ollama = await startOllama();
    writeFileSync(join(workspace.dir, '.batchrc'), '{ "modle": "x" }');
    const { stdout, code } = await doctor('--ollama-url', ollama.url);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ Problem {6}.*unknown key "modle"; did\s+you\s+mean\s+"model"\?/);
    expect(stdout).toContain('✓ Batch');
  });

  test('is 2 for a time that is none', async () => {
    const { stderr, code } = await doctor('--timeout', 'soon');
    expect(code).toBe(2);
    expect(stderr).toContain('--timeout: expected a time such as 90s');
  });
});

test('--json has a schema, and neither fixes nor secrets', async () => {
  const port = await freePort();
  const redis = `redis://:hush@127.0.0.1:${port}`;
  const result = await doctor('--json', '--embedder', 'builtin', '--redis-url', redis);
  expect(result.stdout).not.toContain('hush');
  const report = reportOf(result);
  expect(Object.keys(report)).toEqual(['schema', 'ok', 'counts', 'checks', 'fixes', 'error']);
  expect(report).toMatchObject({ schema: 1, ok: false, counts: { failure: 1 }, fixes: [] });
  const fields = ['id', 'group', 'subject', 'title', 'status', 'seen', 'details', 'mend', 'ms'];
  for (const check of report.checks) {
    expect(Object.keys(check).filter((key) => !fields.includes(key))).toEqual([]);
    expect(check.id.startsWith(`${check.group}.`)).toBe(true);
  }
  expect(result.code).toBe(1);
});

test('the built-in embedder is looked at where it is used', async () => {
  const { checks } = reportOf(await doctor('--json', '--embedder', 'builtin'));
  expect(checks.find((check) => check.id === 'builtin.embedding')).toMatchObject({
    status: 'ok',
    seen: expect.stringMatching(/^works \((onnx-int8|wasm-fp32)\), .* vectors of length 1\.0000$/),
  });
  expect(checks.filter((check) => check.group === 'ollama')).toEqual([]);
});

test('a server that hangs in every request holds up no report', async () => {
  await using ollama = await startOllama();
  for (const path of ['/api/version', '/api/tags', '/api/show', '/api/ps', '/api/embed']) {
    ollama.script({ kind: 'hang', path, times: Number.POSITIVE_INFINITY });
  }
  const result = await doctor('--json', '--ollama-url', ollama.url, '--ollama-url', `${ollama.url}/other`);
  const hung = reportOf(result).checks.filter((check) => check.status === 'failure');
  expect(hung.map((check) => [check.id, check.seen])).toContainEqual([
    'ollama.reachable',
    'no answer within 1.5 s',
  ]);
  expect(result.code).toBe(1);
});

test('a server that hangs late ends with the budget', async () => {
  await using ollama = await startOllama();
  ollama.script({ kind: 'hang', times: Number.POSITIVE_INFINITY });
  const result = await doctor('--json', '--ollama-url', ollama.url, '--timeout', '1800ms');
  // How far it came by then depends on the machine.
  const asked = reportOf(result).checks.filter((check) => check.group === 'ollama');
  expect(asked.at(-1)).toMatchObject({ status: 'failure', seen: expect.any(String) });
  expect(result.code).toBe(1);
});

test('--fix says what it does, does it, and looks again', async () => {
  await using ollama = await startOllama({ registry: [{ ...allMiniLm, name: 'bge-m3:latest' }] });
  const { stdout, stderr, code } = await doctor('--ollama-url', ollama.url, '--model', 'bge-m3', '--fix');
  expect(stderr).toContain(`fixing: pull bge-m3 at ${ollama.url}\n  pulling manifest\n`);
  expect(stdout).toContain('✓ Model        bge-m3 is there');
  expect(stdout).toContain(`✓ done: pull bge-m3 at ${ollama.url}\n`);
  expect(code).toBe(0);
});
