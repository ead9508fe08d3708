// failures.jsonl is a report: what it says is tried again whatever becomes of it, so that it is no part of what
// is sealed and verified.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeWarmWorkspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { fingerprint } from '../helpers/output.js';
import { ingestWith, markdown, summaryOf, writeFiles } from './run-workspace.js';

test('a list of failures that was lost or spoilt damages nothing, and is right again after the next run', async () => {
  const workspace = makeWarmWorkspace();
  await using ollama = await startOllama();
  const ingest = ingestWith(workspace, ollama.url);
  const out = join(workspace.dir, 'embeddings');
  const file = join(out, 'failures.jsonl');
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 2), 'docs/b.json': '{"open":' });
  expect((await ingest('docs')).code).toBe(3);
  const whole = fingerprint(out);
  const text = readFileSync(file, 'utf8');
  expect(JSON.parse(text)).toMatchObject({ source: 'docs/b.json', code: 'malformed' });
  const spoil = [
    () => rmSync(file),
    () => writeFileSync(file, ''),
    () => writeFileSync(file, '\0\xff{"source":1}\nnot JSON\n'),
    () => writeFileSync(file, '{"source":"docs/a.md","code":"malformed"}\n'),
  ];
  for (const change of spoil) {
    change();
    const verified = await workspace.embed(['verify']);
    expect(verified.code, verified.stderr).toBe(0);
    const again = await ingest('docs', '--json');
    expect(again.code, again.stderr).toBe(3);
    expect(summaryOf(again)).toMatchObject({
      documents: { unchanged: 1, failed: 1 },
      failures: [{ source: 'docs/b.json', code: 'malformed' }],
    });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(fingerprint(out)).toEqual(whole);
  }
  workspace.remove();
});
