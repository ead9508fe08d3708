// Broken JSON and YAML with a secret, and with what commands a terminal: the error says where, and repeats nothing of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findConfigFile } from '../../src/config/file.js';
import { extract } from '../../src/documents/extract.js';
import { DocumentError, UsageError } from '../../src/errors.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
});
afterEach(() => workspace.remove());

/** Where V8 and js-yaml quote: around a word, at the begin, at the end, and in names of aliases, tags and directives. */
const broken = {
  json: [
    'hush',
    '{"batch": 1, hush}',
    '{"batch": "hush\x1b[2J"}',
    '{"batch": "hush"} \u202e',
    '{"batch": \x1b[2J hush',
    '{\n  "batch": {\n    "a": hush\n  }\n}',
    `{"batch": *hush${'h'.repeat(5000)}`,
    '"batch": hush',
  ],
  yaml: [
    'a: *hush',
    'a: !hush 1',
    'a: !!js/hush 1',
    'a: !<hush> 1',
    'a: !h!hush 1',
    '%TAG hush hush\n---\na: 1',
    `a: *hush${'h'.repeat(5000)}`,
    'hush: 1\nhush: 2',
    'a: "hush',
    'a: hush: 1',
    'a: [hush',
    '- hush\n  b: c\n d',
    'a: "\\xhush"',
    'a: @hush',
    'a: `hush`',
    'a: hush\x1b[2J',
  ],
};

const configFiles = [
  ...['.batchrc.json', 'package.json'].flatMap((name) => broken.json.map((text) => [name, text] as const)),
  ...['.batchrc', '.batchrc.yaml'].flatMap((name) => broken.yaml.map((text) => [name, text] as const)),
];

// The texts are too long for the names of tests.
test.each(configFiles)('%s, broken in way %#', async (name, text) => {
  // A package.json without settings of ours isn't ours to complain about.
  const held = name === 'package.json' && !text.includes('"batch":') ? `${text} "batch":` : text;
  writeFileSync(join(workspace.dir, name), held);
  const error = await findConfigFile(workspace.dir).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as UsageError;
  const said = message.replace(join(workspace.dir, name), 'FILE');
  expect(said).toMatch(/^FILE can't be read \([\w ,;:()-]+\): mend it as \.batchrc\.example\.json shows\.$/);
  expect(said).not.toContain('hush');
  expect(said.length).toBeLessThan(250);
});

test('the command line says where, too', async () => {
  writeFileSync(join(workspace.dir, '.batchrc.json'), '{\n  "ollamaApiKey": hush\n}\n');
  for (const args of [['config'], ['ingest', '.', '--json'], ['doctor', '--timeout', '1s']]) {
    const { stdout, stderr } = await workspace.embed(args);
    // doctor breaks lines.
    expect((stdout + stderr).replace(/\s+/g, ' ')).toContain('it is not JSON: look at line 2, column 19');
    expect(stdout + stderr).not.toContain('hush');
  }
});

test.each(['a.json', 'a.ipynb'].flatMap((name) => broken.json.map((text) => [name, text] as const)))(
  'a document %s, broken in way %#',
  async (name, text) => {
    const error = await extract(Buffer.from(text), name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DocumentError);
    expect((error as DocumentError).message).toMatch(
      /^a\.(json is|ipynb is not a notebook, as it is) not valid JSON: look at line \d+, column \d+\.$/,
    );
  },
);

test('no step that is printed for a bug report quotes a document', async () => {
  mkdirSync(join(workspace.dir, 'docs'));
  for (const [place, text] of broken.json.entries()) {
    for (const kind of ['json', 'ipynb', 'jsonl'])
      writeFileSync(join(workspace.dir, 'docs', `${place}.${kind}`), text);
  }
  const args = ['ingest', 'docs', '--embedder', 'builtin', '--cache', 'none'];
  const { stderr } = await workspace.embed(args, { env: { EMBED_DEBUG: '*' } });
  expect(stderr).toContain(
    "docs/0.json can't be read: docs/0.json is not valid JSON: look at line 1, column 1.",
  );
  expect(stderr).not.toContain('hush');
});
