// What `doctor --fix` does for a folder of a stranger's, and the commands that it offers to copy.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { spaceFromJson, spaceId, spaceToJson } from '../../src/vectors/space-json.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { allMiniLm, startOllama } from '../helpers/ollama.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
});
afterEach(() => workspace.remove());

const pulls = (ollama: { requests: readonly { path: string }[] }) =>
  ollama.requests.filter(({ path }) => path === '/api/pull').length;

/** The line that begins with a dollar: what is there to be copied. */
const offered = (text: string): string[] =>
  text.split('\n').flatMap((line) => /^ {6}\$ (.*)/.exec(line)?.[1] ?? []);

test('a model that only the output names is not pulled unasked, and its command runs nothing else', async () => {
  const name = "x;'$(touch ran)`touch ran`\n:latest";
  await using ollama = await startOllama({ registry: [{ ...allMiniLm, name }] });
  const url = ['--ollama-url', ollama.url];
  await workspace.embed(['ingest', 'docs', '--embedder', 'ollama', ...url]);
  const manifest = join(workspace.dir, 'embeddings', 'manifest.json');
  const text = readFileSync(manifest, 'utf8');
  const { space: old } = JSON.parse(text);
  const space = { ...spaceFromJson(old)!, model: name };
  const crafted = JSON.stringify(spaceToJson({ ...space, id: spaceId(space) }));
  expect(text).toContain(JSON.stringify(old));
  writeFileSync(
    manifest,
    text.replace(JSON.stringify(old), () => crafted),
  );
  ollama.world.models = [];
  const { code, stdout } = await workspace.embed(['doctor', '--fix', ...url]);
  expect(code).toBe(1);
  expect(stdout).toContain('only the output names it: name it yourself, or run the command above');
  expect(pulls(ollama)).toBe(0);
  const [mend = ''] = offered(stdout);
  expect(mend).toContain('ollama pull $');
  const script = `ollama() { printf '%s' "$2"; }; ${mend}`;
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: workspace.dir })).toMatch(
    /^x;'\$\(touch ran\)/,
  );
  expect(existsSync(join(workspace.dir, 'ran'))).toBe(false);
});

test('an address of a settings file is a word in what is offered', async () => {
  const urls = ['http://$(id)/$(id)', 'http://-oproxycommand=id'];
  for (const ollamaUrl of urls) {
    writeFileSync(
      join(workspace.dir, '.batchrc'),
      JSON.stringify({ ollamaUrl, redisUrl: ollamaUrl.replace('http', 'redis') }),
    );
    const { stdout } = await workspace.embed(['doctor', '--timeout', '2s']);
    for (const mend of offered(stdout)) expect(mend).not.toMatch(/^[^']*\$\(|ssh -o|-h -o/);
  }
});

test.skipIf(!existsSync('/usr/bin/script'))('on a terminal it asks', async () => {
  await using ollama = await startOllama({ registry: [{ ...allMiniLm, name: 'bge-m3:latest' }] });
  writeFileSync(join(workspace.dir, '.batchrc'), JSON.stringify({ model: 'bge-m3', ollamaUrl: ollama.url }));
  const answer = async (word: string) => {
    const { done, child } = workspace.terminal(['doctor', '--fix']);
    child.stdout!.on('data', (part: string) => part.includes('[y/N]') && child.stdin!.write(`${word}\n`));
    return (await done).stdout;
  };
  expect(await answer('n')).toMatch(/Pull bge-m3 at http:\S+ \(only \S+\.batchrc names it\)\? \[y\/N\]/);
  expect(pulls(ollama)).toBe(0);
  expect(await answer('y')).toContain('done: pull bge-m3');
  expect(pulls(ollama)).toBe(1);
});
