// The program in `program/` uses every name of the public API: it fits the published declarations, as strictly as
// anybody may want them, and does what it should.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { javascriptOf, makeConsumer, problemsOf } from '../helpers/consumer.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { publishedNames } from './declarations.js';

const program = fileURLToPath(new URL('program/', import.meta.url));

let folder: string;
let files: string[];
let ollama: TestOllama;
beforeAll(async () => {
  folder = makeConsumer('program');
  files = readdirSync(program).map((name) => {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(join(program, name)));
    return file;
  });
  ollama = await startOllama();
});
afterAll(async () => {
  await ollama.stop();
  rmSync(folder, { recursive: true });
});

function importedBy(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement)) return [];
    const { moduleSpecifier, importClause } = statement;
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== 'embed-ingest') return [];
    const named = importClause?.namedBindings;
    return named && ts.isNamedImports(named) ? named.elements.map(({ name }) => name.text) : [];
  });
}

test('imports all names', () => {
  const imported = new Set(files.flatMap(importedBy));
  expect([...imported].sort()).toEqual(publishedNames());
});

test('fits the published declarations, and uses what it imports', () => {
  const strict = { noUnusedLocals: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  expect(problemsOf(files, strict)).toEqual([]);
});

test('does what it says', async () => {
  for (const file of files)
    writeFileSync(file.replace('.ts', '.js'), javascriptOf(readFileSync(file, 'utf8')));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(folder, 'main.js'), ollama.url],
    { cwd: folder, env: { PATH: process.env.PATH, HOME: join(folder, 'home') } },
  );
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'configured: 1 server, cache.internal for 60 s',
    'refused: start the server',
    'vector: 8 of 8, length 1.000',
    'outcomes: cached, bad-input, new',
    'by id: 8',
    'cache: memory, 3 entries, 1 hits',
    'counted: 3 texts, 3 requests timed, 1 busy',
    'endpoints: hash://here closed',
    'sent: 1 text',
    'in words: true',
    'health: ok, hash',
    'out: ./index by flag --out',
    'ingested: 2 documents, 2 rows',
    'failed: stdin.jsonl#line-2: malformed',
    'unused patterns: 0',
    'left out: 0 of 0 kinds',
    'notices: 0',
    'time: undefined done, undefined to go',
    'news: new, ignored by undefined',
    'elsewhere: 1 of docs',
    'merged: 1 document of 1 shard',
    'by words: rank 1, 2 lists, 42 characters, rerank by http://127.0.0.1:9',
    'evaluated: place 1, hit3 1, cant-tell-yet',
    'got: notes 42',
    'found: docs/harbour.md:1',
    'verified: 2 rows, 0 problems',
    'forgotten: The output has no document notes.md: name it as `embed list` and search results do, or a folder or pattern of such names.',
    'synced: 2 of 2, 2 new',
    'EmbedError: exit with 3',
    'RejectedTextsError: leave out 1 (too-long)',
    'EmbedderFault: try again',
    'WrongVectorsError: mend the server: unlike-servers',
    'DocumentError: save it again',
    'QueueFullError: ask again later',
    'ResultTimeoutError: ask again later',
    'LockedError: wait for the other run',
    'ServiceError: start the server',
    'DestinationError: sync again',
    'OtherOutputError: name another index',
    'VectorSpaceError: make the index again',
    'DamagedOutputError: make the index again',
    'NewerOutputError: update this program',
    'NoIndexError: ingest first',
    'OutputError: free some space',
    'UsageError: name a folder',
    'NotStartedError: mend this program',
    'UnknownRequestError: mend this program',
    'Error: report it',
  ]);
});
