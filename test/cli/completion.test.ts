// `embed completion`: what real shells complete with it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'REPORT one.md'), '');
});
afterEach(() => workspace.remove());

const hasShell = (name: string) => spawnSync(name, ['-c', 'true']).status === 0;

/** The file of a shell's script. */
async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await workspace.embed(['completion', shell]);
  expect(code).toBe(0);
  const file = join(workspace.dir, `.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

/** Lines that are completed, with what they become; the last word is the one at the cursor. */
const cases: [line: string, words: string[]][] = [
  ['embed se', ['search', 'serve']],
  ['embed cache ', ['clear', 'prune', 'stats']],
  ['embed cache pr', ['prune']],
  ['embed ingest --embedder ', ['auto', 'builtin', 'ollama', 'openai']],
  ['embed ingest --embedder o', ['ollama', 'openai']],
  ['embed ingest --all', ['--allow-removals']],
  ['embed ingest REP', ['REPORT one.md']],
  ['embed ingest --out d', ['docs']],
  ['embed completion z', ['zsh']],
  ['embed help exi', ['exit-codes']],
];

describe('completion', () => {
  test('of bash', async () => {
    const script = await scriptFor('bash');
    const asked = cases.map(([line]) => {
      const words = line.split(' ').map((word) => `'${word}'`);
      return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _embed; printf '= ${line}\\n'; printf '%s\\n' "\${COMPREPLY[@]}"`;
    });
    const stdout = execFileSync('bash', ['--norc', '-c', `. ${script}\n${asked.join('\n')}`], {
      cwd: workspace.dir,
      encoding: 'utf8',
    });
    expect(found(stdout)).toEqual(cases);
    // Bash takes = for a word of its own.
    const after = `. ${script}; COMP_WORDS=(embed ingest --embedder = b); COMP_CWORD=4; _embed; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['--norc', '-c', after], { encoding: 'utf8' })).toBe('builtin\n');
  });

  test.skipIf(!hasShell('fish'))('of fish', async () => {
    const script = await scriptFor('fish');
    const asked = cases.map(([line]) => `echo '= ${line}'; complete -C '${line}'`);
    const stdout = execFileSync('fish', ['--no-config', '-c', `source ${script}\n${asked.join('\n')}`], {
      cwd: workspace.dir,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: workspace.dir },
    });
    expect(found(stdout.replace(/\t.*/g, '').replace(/^docs\/$/m, 'docs'))).toEqual(cases);
  });

  test.skipIf(!hasShell('zsh'))('of zsh', async () => {
    const script = await scriptFor('zsh');
    const asking = fileURLToPath(new URL('completed-by-zsh.zsh', import.meta.url));
    const stdout = execFileSync('zsh', ['-f', asking, script, ...cases.map(([line]) => line)], {
      cwd: workspace.dir,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: workspace.dir },
    });
    // As it is written into the line.
    expect(found(stdout.replaceAll('\\ ', ' '))).toEqual(cases);
  });

  test('has every command, and every flag that its help has', async () => {
    const script = readFileSync(await scriptFor('bash'), 'utf8');
    const { stdout } = await workspace.embed(['ingest', '--help']);
    const flags = new Set(stdout.match(/(?<=^ {2}.{4})--[\w-]+/gm));
    expect(flags.size).toBeGreaterThan(30);
    const own = /"ingest"\)\n\s+flags="([^"]*)"/.exec(script)?.[1]?.split(' ');
    expect(own).toEqual(expect.arrayContaining([...flags]));
  });

  test('of another shell: says for which there is one', async () => {
    const { code, stderr, stdout } = await workspace.embed(['completion', 'ksh']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('bash or zsh or fish');
  });
});

function found(printed: string): [string, string[]][] {
  return printed
    .split(/^= /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...words] = part.split('\n');
      return [line, [...new Set(words)].filter((word) => word !== '').sort()];
    });
}
