// What `-h`, `--help`, `embed help` and the manual page say, and what is said of commands that don't exist.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { declarations } from '../../src/cli/declared/all.js';
import { commandGroups, flagGroups } from '../../src/cli/declared/groups.js';
import { manualPage } from '../../src/cli/help/manual.js';
import { allOf, pageFor } from '../../src/cli/help/page-for.js';
import { pageLines } from '../../src/cli/help/terminal.js';
import { topics } from '../../src/cli/help/topics.js';
import { unknownCommand } from '../../src/cli/unknown-command.js';
import { columnsOf } from '../../src/text/columns.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

const everyCommand = allOf(declarations).map(({ declared, before }) => [
  ...before.split(' ').slice(1),
  declared.name,
]);

describe('a page', () => {
  test.each([40, 60, 80, 100, 300])(
    'fits into %d columns, but for what is there to be copied',
    async (room) => {
      const pages = [
        ...[[], ...everyCommand].map((words) => pageFor(declarations, words, 'long')!),
        ...(await Promise.all(topics.map(({ page }) => page()))),
      ];
      for (const page of pages) {
        const copied = page.sections.flatMap(({ body }) =>
          body.flatMap((block) => (typeof block === 'string' ? [] : 'lines' in block ? block.lines : [])),
        );
        for (const line of pageLines(page, room)) {
          // It is laid out as if this were so.
          expect(columnsOf(line), line).toBe(line.length);
          // Long words, such as an address, are no wider than the text around them.
          if (copied.includes(line.trim()) || /^ *-/.test(line)) continue;
          expect(columnsOf(line), line).toBeLessThanOrEqual(Math.min(room, 100));
        }
      }
    },
  );

  test('is short for -h, whole for --help and embed help', async () => {
    const short = (await workspace.embed(['ingest', '-h'])).stdout;
    const long = (await workspace.embed(['ingest', '--help'])).stdout;
    expect((await workspace.embed(['help', 'ingest'])).stdout).toBe(long);
    expect(short).toContain('--include <glob>');
    expect(short).not.toMatch(/--no-proxy|Examples|Exit status|Environment/);
    for (const text of ['--no-proxy <hosts>', '\nExamples\n', '\nExit status\n', '\nEnvironment\n'])
      expect(long).toContain(text);
    const more = Number(/has (\d+) more options/.exec(short)?.[1]);
    const flags = (text: string) => text.match(/^ {2}(-\w, | {4})--[\w-]+/gm)?.length;
    expect(flags(long)! - flags(short)!).toBe(more);
  });

  test('is there for each command, and each topic', async () => {
    for (const words of [...everyCommand, ...topics.map(({ name }) => [name])]) {
      const { code, stdout } = await workspace.embed(['help', ...words]);
      expect({ words, code }).toEqual({ words, code: 0 });
      expect(stdout.length).toBeGreaterThan(100);
    }
  });

  test('of a command has the variables that count for it', async () => {
    const variables = async (...words: string[]) => {
      const { stdout } = await workspace.embed(['help', ...words]);
      return [...(stdout.split('\nEnvironment\n')[1] ?? '').matchAll(/^ {2}([A-Z_]{5,})/gm)].map(
        ([, name]) => name,
      );
    };
    expect(await variables('serve')).toEqual(expect.arrayContaining(['OLLAMA_HOST', 'EMBED_SERVE_TOKEN']));
    expect(await variables('cache', 'stats')).toEqual(
      expect.arrayContaining(['REDIS_URL', 'REDIS_PASSWORD']),
    );
    expect(await variables('formats')).toEqual([]);
  });

  test('groups name what exists, and once', () => {
    const flags = Object.values(flagGroups).flat();
    expect(new Set(flags).size).toBe(flags.length);
    const named = Object.values(commandGroups).flat();
    expect(new Set(named).size).toBe(named.length);
    expect(named).toEqual(expect.arrayContaining(declarations.map(({ name }) => name)));
  });
});

describe('a command that does not exist', () => {
  test.each([
    [['remove', 'x'], 'embed forget'],
    [['serch', 'x'], 'embed search'],
    [['query'], 'embed search'],
    [['ls'], 'embed list'],
    [['stats'], 'embed status'],
    [['version'], 'embed --version'],
    [['prune'], 'embed cache prune'],
    [['cache', 'clean'], 'embed cache clear'],
    [['help', 'gateway'], 'embed serve'],
  ])('%j: did you mean %s?', async (words, meant) => {
    const { code, stdout, stderr } = await workspace.embed(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`did you mean \`${meant}\`?`);
  });

  test('is answered by all that there are', async () => {
    const { code, stderr } = await workspace.embed(['frobnicate']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('did you mean');
    for (const { name } of declarations) expect(stderr).toContain(name);
    const topic = await workspace.embed(['help', 'nope']);
    expect(topic.code).toBe(2);
    expect(topic.stderr).toContain('exit-codes');
  });

  test('is told in one short line, whatever it is', () => {
    const { message } = unknownCommand(declarations, [`${'x'.repeat(9999)}\n\u001b[2J`]);
    expect(message.length).toBeLessThan(400);
    expect(message).not.toContain('\n');
  });

  test('other words are no commands, and mean one thing each', () => {
    const top = declarations.flatMap(({ alike = [] }) => alike);
    expect(new Set(top).size).toBe(top.length);
    for (const { name } of declarations) expect(top).not.toContain(name);
  });
});

test('who leaves out an argument is told how the command is typed', async () => {
  const { code, stderr } = await workspace.embed(['get']);
  expect(code).toBe(2);
  expect(stderr).toContain(
    'Usage: embed get [options] <what>, such as `embed get docs/page.md:12` (embed get --help)',
  );
});

test('the manual page has every command, and man has nothing to say against it', async () => {
  const page = await manualPage(declarations, '1.2.3');
  for (const words of everyCommand) expect(page).toContain(`.SH "embed ${words.join(' ')}"`);
  expect(page).not.toMatch(/[^\n -~]/);
  const groff = spawnSync('groff', ['-man', '-ww', '-Tutf8'], { input: page, encoding: 'utf8' });
  if (groff.error === undefined) expect(groff.stderr).toBe('');
});
