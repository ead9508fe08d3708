// An output for many readers, while others write it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HeldOutput } from '../../src/commands/indexes/held-output.js';
import { makeWorkspace } from '../helpers/cli.js';
import { ollama } from '../helpers/running.js';
import { index, settingsIn } from '../mcp/agent.js';

test('a reader that goes on keeps nobody from the new output, and ends with the one it began with', async () => {
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  const server = await ollama();
  const settings = await settingsIn(workspace.dir, { ollamaUrl: [server.url], model: 'all-minilm' });
  mkdirSync(join(workspace.dir, 'docs'));
  const write = (name: string) => writeFileSync(join(workspace.dir, 'docs', name), `${name}\n`);
  write('a.txt');
  await index(workspace.dir, settings);
  const problems: unknown[] = [];
  const held = new HeldOutput(settings.out, 1024 ** 2, (error) => problems.push(error));
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let hasBegun = () => {};
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const slow = held.use(async (output) => {
    hasBegun();
    await ended;
    return (await output.line(0)).includes('a.txt') ? output.rows : 0;
  });
  await begun;
  for (const [place, name] of ['b.txt', 'c.txt'].entries()) {
    write(name);
    await index(workspace.dir, settings);
    expect(await held.use(async ({ rows }) => rows)).toBe(place + 2);
  }
  end();
  expect(await slow).toBe(1);
  await held.close();
  expect(problems).toEqual([]);
});
