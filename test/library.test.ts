// Every example of docs/library.md is type-checked and run against a scripted Ollama in the place of the one
// on the default address, and prints what its comments say.
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOllama, type TestOllama } from './helpers/ollama.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const examples = [...page.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```$/gm)].reduce<
  { title: string; code: string }[]
>((found, [, title, code]) => {
  if (title !== undefined) found.push({ title, code: '' });
  else if (found.at(-1)!.code === '') found.at(-1)!.code = code!;
  else found.push({ title: `${found.at(-1)!.title}, more`, code: code! });
  return found;
}, []);
const runnable = examples.filter(({ code }) => code !== '');

let folder: string;
let ollama: TestOllama;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'embed-library-')));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/embed-ingest'));
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs/harbour.md'), '# Harbour\n\nThe harbour is behind the mill.\n');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  ollama = await startOllama();
});
afterAll(async () => {
  await ollama.stop();
  rmSync(folder, { recursive: true });
});

test('the page has examples', () => {
  expect(runnable.length).toBeGreaterThan(7);
});

test('all examples fit the types', () => {
  const files = runnable.map(({ code }, index) => {
    const file = join(folder, `types-${index}.ts`);
    writeFileSync(file, code);
    return file;
  });
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  expect(problems).toEqual([]);
});

test.each(runnable)('$title', async ({ title, code }) => {
  const compiled = ts.transpileModule(code.replaceAll('http://127.0.0.1:11434', ollama.url), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const file = join(folder, `${title.replace(/\W+/g, '-')}.js`);
  writeFileSync(file, compiled.outputText);
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: join(folder, title), OLLAMA_HOST: ollama.url },
  });
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text]) => text!);
  const lines = stdout.split('\n');
  for (const line of promised) expect(lines).toContain(line);
});
