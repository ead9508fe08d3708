// The help of all commands: a flag means the same wherever it is, and exit codes are those that a command ends with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitsByCommand } from '../../src/cli/exit-code-help.js';
import { createProgram } from '../../src/cli/program.js';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';

function commands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commands)];
}

/** Flags that mean something else somewhere, by command: each is a debt. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  '--model': ['bench', 'prune'],
  '--wait': ['doctor'],
};

test('a flag takes the same value and means the same in all commands', () => {
  const meanings = new Map<string, { said: string; command: string }>();
  // Defaults may differ, and are said in brackets.
  const said = ({ flags, description }: Option) => `${flags} ${description.replace(/ \([^()]*\)$/, '')}`;
  let shared = 0;
  for (const command of commands(createProgram())) {
    for (const option of command.options) {
      const name = option.long!;
      if (otherwise[name]?.includes(command.name())) continue;
      const first = meanings.get(name);
      if (first === undefined) meanings.set(name, { said: said(option), command: command.name() });
      else expect(said(option), `${name} of ${command.name()} and ${first.command}`).toBe(first.said);
      if (first !== undefined) shared++;
    }
  }
  expect(shared).toBeGreaterThan(50);
});

describe('exit codes', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = makeWorkspace();
    mkdirSync(join(workspace.dir, 'docs'));
    writeFileSync(join(workspace.dir, 'docs/a.md'), 'The harbour is behind the mill.\n');
  });
  afterEach(() => workspace.remove());

  const names = createProgram().commands.map((command) => command.name());

  test('every command says its own', () => {
    expect(names.length).toBeGreaterThan(5);
    expect(Object.keys(exitsByCommand).sort()).toEqual(['', ...names].sort());
  });

  test.each([
    [3, ['ingest', 'docs', '--embedder', 'builtin'], { 'docs/b.ipynb': '{' }],
    [2, ['search', 'mill'], {}],
    [4, ['search', 'mill', '--ollama-url', '127.0.0.1:1', '--embedder', 'ollama'], {}],
    [5, ['verify'], { 'embeddings/manifest.json': '{' }],
    [2, ['verify'], {}],
    [2, ['config'], { '.batchrc': 'batchsize: 1' }],
    [1, ['doctor', '--cache', 'none', '--embedder', 'ollama', '--ollama-url', '127.0.0.1:1'], {}],
    [4, ['cache', 'stats', '--redis-url', 'redis://127.0.0.1:1'], {}],
    [2, ['serve', '--host', '0.0.0.0'], {}],
    [4, ['bench', '--ollama-url', '127.0.0.1:1', '--embedder', 'ollama'], {}],
  ])('%d of embed %j is in its help', async (wanted, args, files) => {
    if (args[0] === 'search' && wanted === 4) {
      expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'])).code).toBe(0);
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(workspace.dir, name, '..'), { recursive: true });
      writeFileSync(join(workspace.dir, name), text);
    }
    const { code, stderr } = await workspace.embed(args);
    expect(code, stderr).toBe(wanted);
    const { stdout } = await workspace.embed([args[0]!, '--help']);
    const [, list = ''] = stdout.split('Exit status:\n');
    const codes = Array.from(list.matchAll(/^ {2,4}(\d{1,3}) {2}/gm), ([, one]) => Number(one));
    expect(codes).toContain(wanted);
    expect(codes.includes(75)).toBe(args[0] === 'ingest');
  });
});
