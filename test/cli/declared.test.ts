// What the declarations of the commands promise of themselves: one meaning for each flag, examples that the parser takes,
// exit codes that commands end with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allCommands } from '../../src/cli/declared/all.js';
import type { CommandDeclaration, Declaration, FlagName, Given } from '../../src/cli/declared/command.js';
import { exitList } from '../../src/cli/declared/exits.js';
import { flagOf } from '../../src/cli/declared/flag.js';
import { ownFlags } from '../../src/cli/declared/flags.js';
import { program } from '../../src/cli/declared/program.js';
import { createParser } from '../../src/cli/parser.js';
import { longName } from '../../src/config/about.js';
import { problemWith, readText, typedValue } from '../../src/config/kinds/rule.js';
import { loadSettings } from '../../src/config/load.js';
import { settingsTable } from '../../src/config/settings.js';
import { exitCodes } from '../../src/exit-codes.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

const runnable: CommandDeclaration[] = allCommands.flatMap((one) =>
  'commands' in one ? one.commands.map(({ declared }) => declared) : [one.declared],
);
const declarations: Declaration[] = [
  program,
  ...allCommands.flatMap((one) =>
    'commands' in one ? [one.declared, ...one.commands.map(({ declared }) => declared)] : [one.declared],
  ),
];

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

interface Parsed {
  name: string;
  given: Given;
}

/** What the real parser makes of a command line; commander's own errors are thrown, too. */
async function parse(words: readonly string[]): Promise<Parsed> {
  let parsed: Parsed | undefined;
  const parser = createParser(async ({ declared }, given) => {
    parsed = { name: declared.name, given };
  });
  for (const command of withSubcommands(parser)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  await parser.parseAsync(['node', 'embed', ...words]);
  return parsed!;
}

describe('flags', () => {
  const names = [...settingsTable.map(({ key }) => key), ...Object.keys(ownFlags)] as FlagName[];
  const flags = names.filter(
    (name) => name in ownFlags || settingsTable.some((one) => one.key === name && one.flag),
  );

  test('each is declared once: no two have one name, long or short', () => {
    expect(flags.length).toBeGreaterThan(50);
    for (const pattern of [/--[\w-]+/, /^-\w(?=,)/]) {
      const found = flags.flatMap((name) => pattern.exec(flagOf(name).flag)?.[0] ?? []);
      expect(new Set(found).size).toBe(found.length);
      expect(found.length).toBeGreaterThan(5);
    }
    expect(new Set(names).size).toBe(names.length);
  });

  test('its key is its long name', () => {
    for (const name of flags) {
      const { flag, kind } = flagOf(name);
      // A switch is named after what it switches off; with a value, `no-` is a part of the name.
      const words = longName(flag).replace(kind === 'boolean' ? /^--(no-)?/ : /^--/, '');
      expect(words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())).toBe(name);
    }
  });

  test('each of its own is of a command, and none is twice in one', () => {
    const taken = new Set(runnable.flatMap((command) => [...command.flags]));
    expect(Object.keys(ownFlags).filter((name) => !taken.has(name as FlagName))).toEqual([]);
    for (const command of runnable) expect(new Set(command.flags).size).toBe(command.flags.length);
    for (const { flags: own, apart = {} } of runnable)
      expect(own).toEqual(expect.arrayContaining(Object.keys(apart)));
  });

  test('takes the same value and says the same in all commands', () => {
    const said = new Map<string, string>();
    let shared = 0;
    // `embed sync` asks nothing: there, it sets up what asking needs.
    const others = runnable.flatMap(({ name, here = {} }) => Object.keys(here).map((flag) => [name, flag]));
    expect(others).toEqual([['sync', 'words']]);
    for (const command of withSubcommands(createParser(async () => undefined))) {
      for (const { long, flags: words, description } of command.options.filter(({ hidden }) => !hidden)) {
        if (command.name() === 'sync' && long === '--words') continue;
        // A default may differ; and a flag that is given apart may be repeated.
        const meaning = `${words} ${description.replace(/ \([^()]*\)$/, '').replace(/; repeatable$/, '')}`;
        if (said.has(long!)) shared++;
        expect(said.get(long!) ?? meaning, `${long} of ${command.name()}`).toBe(meaning);
        said.set(long!, meaning);
      }
    }
    expect(shared).toBeGreaterThan(50);
  });

  test('a default fits, and is read back as the help shows it', () => {
    let defaults = 0;
    for (const flag of Object.values(ownFlags)) {
      const value = 'default' in flag ? flag.default : 'otherwise' in flag ? flag.otherwise : undefined;
      if (value === undefined) continue;
      expect(problemWith(flag, value)).toBeUndefined();
      expect(readText(flag, typedValue(flag, value))).toEqual(value);
      defaults++;
    }
    expect(defaults).toBeGreaterThan(8);
  });
});

describe('what is given', () => {
  test('is read, checked and typed by the declaration', async () => {
    const { given } = await parse([
      'serve',
      '--max-body',
      '2MiB',
      '--deadline',
      '1m',
      '--model',
      'm',
      '--quiet',
    ]);
    expect(given.flags).toMatchObject({
      host: '127.0.0.1',
      port: 11_444,
      maxBody: 2 * 1024 * 1024,
      maxTexts: undefined,
      deadline: 60_000,
      quiet: true,
      allowAnonymous: false,
      logLevel: undefined,
    });
    expect(given.settings).toEqual({ model: 'm' });
    const bench = await parse([
      'bench',
      '~/a',
      'b',
      '--model',
      'x',
      '--model',
      'y',
      '--max-regression',
      '7%',
    ]);
    expect(bench.given.flags).toMatchObject({ model: ['x', 'y'], maxRegression: 0.07 });
    expect(bench.given.arguments).toEqual({ paths: [expect.stringMatching(/^\/.*a$/), 'b'] });
    expect(bench.given.settings).toEqual({});
    const doctor = await parse(['doctor', '--wait-for-server', '5m']);
    expect(doctor.given.flags).toMatchObject({ waitForServer: 300_000, timeout: 4000 });
    expect(doctor.given.settings).toEqual({});
    expect((await parse(['verify'])).given.arguments).toEqual({ dir: [] });
    const prune = await parse(['cache', 'prune', '--keep-model', 'a', '--keep-model', 'b,c']);
    expect(prune.given.flags).toMatchObject({ keepModel: ['a', 'b', 'c'], dropModel: undefined });
  });

  test('may have the earlier names of its flags', async () => {
    const doctor = await parse(['doctor', '--wait', '5m']);
    expect(doctor.given.flags).toMatchObject({ waitForServer: 300_000 });
    const prune = await parse(['cache', 'prune', '--model', 'a', '--model', 'b']);
    expect(prune.given.flags).toMatchObject({ dropModel: ['a', 'b'] });
    await expect(parse(['doctor', '--wait', 'long'])).rejects.toThrow('--wait-for-server: expected');
  });

  test.each([
    [['ingest', 'docs', '--limit', '0'], '--limit: expected at least 1, got 0.'],
    [['ingest', 'docs', '--limit', 'x'], '--limit: expected a whole number, got "x".'],
    [['search', 'q', '-k', '1.5'], '--results: expected a whole number, got "1.5".'],
    [['doctor', '--timeout', '25d'], '--timeout: expected at most 24d, got 25d.'],
    [['doctor', '--wait-for-server', '8d'], '--wait-for-server: expected at most 7d, got 8d.'],
    [['doctor', '--gateway', ''], '--gateway: expected a text.'],
    [
      ['doctor', '--timeout', '10'],
      '--timeout: expected a time with its unit, such as 90s or 10m, got "10".',
    ],
    [['ingest', 'docs', '--max-time', '-1'], '--max-time: expected a time such as 90s or 10m, got "-1".'],
    [['cache', 'prune', '--older-than', '0'], '--older-than: expected at least 1ms, got 0.'],
    [
      ['cache', 'prune', '--max-size', 'big'],
      '--max-size: expected a size such as 500MB, 2GB or 64MiB, got "big".',
    ],
    [['cache', 'prune', '--keep-model', ''], '--keep-model: expected a text, got "".'],
    [['serve', '--port', '65536'], '--port: expected at most 65535, got 65536.'],
    [['serve', '--max-body', '0'], '--max-body: expected at least 1, got 0.'],
    [['serve', '--token', ''], '--token: expected a text that is not empty.'],
    [['serve', '--log-level', 'loud'], '--log-level: expected silent or error or warn or info, got "loud".'],
    [['bench', '--max-regression', '100%'], '--max-regression: expected less than 100%, got 100%.'],
    [['bench', '--max-regression', 'ten'], '--max-regression: expected a percentage such as 10%, got "ten".'],
    [['bench', '--model', ''], '--model: expected a text, got "".'],
    [['verify', ''], 'dir: expected a path, got "".'],
  ])('%j: %s', async (words, message) => {
    await expect(parse(words)).rejects.toThrow(expect.objectContaining({ code: 'EMBED_USAGE', message }));
  });

  test('comes from a variable where the flag has one, and an empty one is none', async () => {
    const token = async (value: string, ...words: string[]) => {
      process.env.EMBED_SERVE_TOKEN = value;
      try {
        return ((await parse(['serve', ...words])).given.flags as { token?: string }).token;
      } finally {
        delete process.env.EMBED_SERVE_TOKEN;
      }
    };
    expect(await token('hush')).toBe('hush');
    expect(await token('hush', '--token', 'other')).toBe('other');
    expect(await token('')).toBeUndefined();
  });
});

/** The command lines of `embed` in a line of a shell, as words. */
function embedsIn(line: string): string[][] {
  return line
    .split(/ [|>] /)
    .map((part) => [...part.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!))
    .flatMap((words) => {
      const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
      return words[start] === 'embed' ? [words.slice(start + 1)] : [];
    });
}

describe('examples', () => {
  const lines = declarations.flatMap(({ name, examples }) => examples.map(({ line }) => ({ name, line })));

  test.each(lines)('$name: $line', async ({ name, line }) => {
    for (const words of embedsIn(line)) {
      const parsed = await parse(words);
      if (!['embed', 'cache'].includes(name)) expect(parsed.name).toBe(name);
      await loadSettings({ flags: parsed.given.settings, env: {}, cwd: '/' });
    }
  });

  test('every command has one, and a wrong one would be found', async () => {
    for (const { name, examples } of declarations) {
      expect(examples.flatMap(({ line }) => embedsIn(line)).length, name).toBeGreaterThan(0);
    }
    expect(embedsIn(`A=1 embed search "a b" --json | jq '.c'`)).toEqual([['search', 'a b', '--json']]);
    await expect(parse(['search', 'x', '--modle', 'm'])).rejects.toThrow(CommanderError);
    await expect(parse(['cache', 'prnue'])).rejects.toThrow('did you mean `embed cache prune`?');
  });
});

describe('exit codes', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = makeWarmWorkspace();
    mkdirSync(join(workspace.dir, 'docs'));
    writeFileSync(join(workspace.dir, 'docs/a.md'), 'The harbour is behind the mill.\n');
  });
  afterEach(() => workspace.remove());

  test('every command says its own: at least that all went well, that it was used wrongly, and the unexpected', () => {
    expect(declarations.length).toBeGreaterThan(10);
    for (const { name, exits } of declarations) {
      const codes = exitList(exits).map(({ code }) => code);
      expect(codes, name).toEqual(expect.arrayContaining([0, 1, 2]));
      expect(codes, name).toEqual([...new Set(codes)].sort((a, b) => a - b));
    }
    expect(exitList(program.exits).map(({ code }) => code)).toEqual([...Object.values(exitCodes), 130]);
  });

  test.each([
    [3, ['ingest', 'docs', '--embedder', 'builtin'], { 'docs/b.ipynb': '{' }],
    [2, ['search', 'mill'], {}],
    [4, ['search', 'mill', '--ollama-url', '127.0.0.1:1', '--embedder', 'ollama'], {}],
    [5, ['verify'], { 'embeddings/manifest.json': '{' }],
    [2, ['verify'], {}],
    [3, ['chunks', 'docs/b.ipynb'], { 'docs/b.ipynb': '{' }],
    [2, ['chunks', 'nope'], {}],
    [5, ['chunks', 'docs/a.md'], { 'embeddings/manifest.json': '{' }],
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
    // What a process ends with, not what it was told to.
    const { code, stderr } = await workspace.start(args).done;
    expect(code, stderr).toBe(wanted);
    const { stdout } = await workspace.embed([args[0]!, '--help']);
    const [, list = ''] = stdout.split('Exit status\n');
    const codes = Array.from(list.matchAll(/^ {2}(\d{1,3}) {2,}/gm), ([, one]) => Number(one));
    expect(codes).toContain(wanted);
    expect(codes.includes(75)).toBe(args[0] === 'ingest');
  });
});
