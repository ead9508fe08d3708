// Every example of docs/library.md is type-checked and run against a scripted Ollama in the place of the one
// on the default address, and prints what its comments say.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { javascriptOf, makeConsumer, problemsOf } from './helpers/consumer.js';
import { startOllama, type TestOllama } from './helpers/ollama.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
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
  folder = makeConsumer('library');
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
  expect(problemsOf(files)).toEqual([]);
});

test.each(runnable)('$title', async ({ title, code }) => {
  const file = join(folder, `${title.replace(/\W+/g, '-')}.js`);
  writeFileSync(file, javascriptOf(code.replaceAll('http://127.0.0.1:11434', ollama.url)));
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: join(folder, title), OLLAMA_HOST: ollama.url },
  });
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text]) => text!);
  const lines = stdout.split('\n');
  for (const line of promised) expect(lines).toContain(line);
});
