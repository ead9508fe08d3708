// Output folders as a stranger may hand them over: whatever is in them, the files beside them stay as they are,
// nothing hangs, and the program says in words what is wrong.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EmbedError } from '../../src/errors.js';
import { acquireLock } from '../../src/output/lock/lock.js';
import { openOutput } from '../../src/output/read/output.js';
import { openJournal } from '../../src/output/write/journal.js';
import { recover } from '../../src/output/write/recover.js';
import { type CliResult, makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import fc from '../helpers/properties.js';

let workspace: Workspace;
let out: string;
let run: string;
let victim: string;

beforeEach(() => {
  workspace = makeWarmWorkspace();
  out = join(workspace.dir, 'index');
  run = join(out, '.run');
  victim = join(workspace.dir, 'victim');
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'a.md'), '# A\n\nSome words about harbours.\n');
  mkdirSync(join(victim, 'deep'), { recursive: true });
  writeFileSync(join(victim, 'bashrc'), 'precious\n');
  writeFileSync(join(victim, 'deep', 'notes'), 'also precious\n');
});

afterEach(() => workspace.remove());

const ingest = (...more: string[]) =>
  workspace.embed(['ingest', 'docs', '-o', 'index', '--embedder', 'builtin', '--cache', 'none', ...more]);

/** Every name below a folder with what it holds. */
function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    tree[path] = entry.isFile()
      ? sha256(readFileSync(path))
      : entry.isSymbolicLink()
        ? readlinkSync(path)
        : '/';
  }
  return tree;
}

function expectWords({ code, stdout, stderr }: CliResult, expected: number): void {
  const said = stdout + stderr;
  expect({ code, said }).toMatchObject({ code: expected, said: expect.stringMatching(/\w/) });
  expect(said).not.toMatch(/unexpected|\n\s+at /);
}

/** A commit record with its checksum, which has no key. */
function writeRecord(fields: unknown): void {
  mkdirSync(run, { recursive: true });
  const body = JSON.stringify(fields);
  const sum = createHash('sha256').update(body).digest('hex');
  writeFileSync(join(run, 'commit'), `${body}\n${sum}\n`);
}

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

describe('a commit record', () => {
  const stage = `stage-${'a'.repeat(12)}`;
  const records: [string, unknown][] = [
    ['removes a foreign folder', { format: 1, stage, files: [], remove: ['../../victim'] }],
    ['removes a folder beside it', { format: 1, stage, files: [], remove: ['../victim'] }],
    ['removes the output', { format: 1, stage, files: [], remove: [''] }],
    ['removes the manifest', { format: 1, stage, files: [], remove: ['manifest.json'] }],
    ['removes the lock', { format: 1, stage, files: [], remove: ['.run/lock'] }],
    ['leaves .run', { format: 1, stage, files: [], remove: ['.run/../../victim'] }],
    ['has a stage elsewhere', { format: 1, stage: '../../victim', files: [], remove: [] }],
    ['has the output for a stage', { format: 1, stage: '..', files: [], remove: [] }],
    [
      'puts a file elsewhere',
      {
        format: 1,
        stage,
        files: [{ name: '../victim/bashrc', bytes: 9, sha256: sha256('precious\n') }],
        remove: [],
      },
    ],
    ['is empty', {}],
    ['holds null', { format: 1, stage, files: [null], remove: [] }],
    ['is a list', []],
    ['has a number for a stage', { format: 1, stage: 5, files: [], remove: [] }],
    ['has a NUL in its stage', { format: 1, stage: 'stage-\0', files: [], remove: [] }],
    ['has no list of files', { format: 1, stage, remove: [] }],
    ['has an object for a list', { format: 1, stage, files: {}, remove: {} }],
  ];

  test('that is crafted is a damaged output for every command, and nothing is touched', async () => {
    expect((await ingest()).code).toBe(0);
    for (const [, record] of records) {
      writeRecord(record);
      const before = treeOf(workspace.dir);
      for (const command of [
        ['ingest', 'docs', '-o', 'index', '--embedder', 'builtin', '--cache', 'none'],
        ['search', 'harbours', '--out', 'index'],
      ]) {
        expectWords(await workspace.embed(command), 5);
        expect(treeOf(workspace.dir)).toEqual(before);
      }
    }
    const doctor = await workspace.embed(['doctor', '--fix', '--out', 'index', '--embedder', 'builtin']);
    expect(doctor.code).toBe(1);
    expect(treeOf(victim)).toMatchObject({ [join(victim, 'bashrc')]: sha256('precious\n') });
  });

  test.each(records)('that %s is refused', async (_, record) => {
    writeRecord(record);
    const before = treeOf(workspace.dir);
    await expect(recover(out)).rejects.toMatchObject({ code: 'EMBED_DAMAGED_OUTPUT' });
    expect(treeOf(workspace.dir)).toEqual(before);
  });

  test('moves nothing through a stage that is a link', async () => {
    const text = readFileSync(join(victim, 'bashrc'), 'utf8');
    writeFileSync(join(victim, 'chunks.jsonl'), text);
    mkdirSync(run, { recursive: true });
    symlinkSync('../../victim', join(run, stage));
    const file = { name: 'chunks.jsonl', bytes: text.length, sha256: sha256(text) };
    writeRecord({ format: 1, stage, files: [file], remove: [] });
    const before = treeOf(workspace.dir);
    await expect(recover(out)).rejects.toMatchObject({ code: 'EMBED_DAMAGED_OUTPUT' });
    expect(treeOf(workspace.dir)).toEqual(before);
  });
});

describe('.run', () => {
  test('that is a link is refused, and what it leads to stays', async () => {
    expect((await ingest()).code).toBe(0);
    symlinkSync('../victim', run);
    const before = treeOf(victim);
    expectWords(await ingest(), 2);
    expectWords(await workspace.embed(['doctor', '--fix', '--out', 'index', '--embedder', 'builtin']), 1);
    expect(treeOf(victim)).toEqual(before);
  });

  test('of another program is refused, and stays as it is', async () => {
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'state'), 'of another program');
    const before = treeOf(out);
    expectWords(await ingest(), 2);
    expect(treeOf(out)).toEqual(before);
  });

  test('of ours loses only what is ours', async () => {
    expect((await ingest()).code).toBe(0);
    mkdirSync(join(run, `stage-${'b'.repeat(12)}`), { recursive: true });
    writeFileSync(join(run, `stage-${'b'.repeat(12)}`, 'chunks.jsonl'), 'left by a killed run');
    writeFileSync(join(run, `stage-${'b'.repeat(12)}`, 'photo.jpg'), 'of a user');
    writeFileSync(join(run, 'photo.jpg'), 'of a user');
    expect((await ingest()).code).toBe(0);
    expect(readdirSync(run, { recursive: true }).sort()).toEqual([
      'photo.jpg',
      `stage-${'b'.repeat(12)}`,
      join(`stage-${'b'.repeat(12)}`, 'photo.jpg'),
    ]);
  });

  test('that an older version left half done is gone on with', async () => {
    mkdirSync(join(run, `stage-${'c'.repeat(12)}`), { recursive: true });
    writeFileSync(join(run, `stage-${'c'.repeat(12)}`, 'documents'), '');
    writeFileSync(join(run, 'commit.new'), 'torn');
    expect((await ingest()).code).toBe(0);
    expect(existsSync(run)).toBe(false);
  });
});

describe('a journal', () => {
  const id = 'd'.repeat(32);
  const entry = { hash: sha256('a text'), vector: Float32Array.of(0.6, 0.8) };

  test.each([
    ['a link', (path: string) => symlinkSync('../../victim/bashrc', path)],
    ['a link that leads nowhere', (path: string) => symlinkSync('../../victim/planted', path)],
    ['a second name of a foreign file', (path: string) => linkSync(join(victim, 'bashrc'), path)],
  ])('that is %s is replaced, not written through', async (_, plant) => {
    mkdirSync(run, { recursive: true });
    plant(join(run, `journal-${id}`));
    const before = treeOf(victim);
    const journal = await openJournal(out, id, 2);
    await journal.append([entry]);
    expect(journal.get(entry.hash)).toEqual(entry.vector);
    await journal.close();
    expect(treeOf(victim)).toEqual(before);
    const again = await openJournal(out, id, 2);
    expect(again.size).toBe(1);
    await again.close();
  });

  test('whose vectors are none gives none of them', async () => {
    mkdirSync(run, { recursive: true });
    const journal = await openJournal(out, id, 2);
    const wrong = [Float32Array.of(0, 0), Float32Array.of(9, 9), Float32Array.of(Number.NaN, 1)];
    await journal.append([entry, ...wrong.map((vector, place) => ({ hash: sha256(`${place}`), vector }))]);
    await journal.close();
    const again = await openJournal(out, id, 2);
    expect(again.get(entry.hash)).toEqual(entry.vector);
    expect(wrong.map((_, place) => again.get(sha256(`${place}`)))).toEqual([undefined, undefined, undefined]);
    await again.close();
  });

  test('that promises more vectors than memory holds ends at its last whole frame', async () => {
    mkdirSync(run, { recursive: true });
    const journal = await openJournal(out, id, 2);
    await journal.append([entry]);
    const { path } = journal;
    await journal.close();
    const file = openSync(path, 'r+');
    const frame = Buffer.alloc(8);
    frame.writeUInt32LE(0x454d4246, 0);
    frame.writeUInt32LE(0x0fffffff, 4);
    writeSync(file, frame, 0, 8, readFileSync(path).length);
    ftruncateSync(file, 100 * 1024 ** 3);
    closeSync(file);
    const again = await openJournal(out, id, 2);
    expect(again.size).toBe(1);
    await again.close();
  });
});

describe('a lock', () => {
  const owner = { host: 'h', pid: 999_999_999, boot: 'b', namespace: 'n', started: '1' };
  const write = (name: string, nonce: string) => {
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, name), JSON.stringify({ ...owner, nonce }));
  };

  test('whose nonce is a path plants nothing', async () => {
    write('lock', '/../../../victim/planted');
    const before = treeOf(victim);
    await acquireLock(out)
      .then((lock) => lock.release())
      .catch(() => undefined);
    expect(treeOf(victim)).toEqual(before);
  });

  test('whose owners follow each other in a circle is refused', async () => {
    write('lock', 'a'.repeat(16));
    write(`lock-after-${'a'.repeat(16)}`, 'b'.repeat(16));
    write(`lock-after-${'b'.repeat(16)}`, 'a'.repeat(16));
    await expect(acquireLock(out)).rejects.toMatchObject({ code: 'EMBED_OUTPUT', message: /without end/ });
  });
});

describe.runIf(process.platform === 'linux')('in place of a control file', () => {
  const names = [
    'manifest.json',
    'chunks.jsonl',
    'vectors.npy',
    'failures.jsonl',
    '.run/commit',
    '.run/lock',
  ];
  const kinds: [string, (path: string) => void][] = [
    ['a FIFO', (path) => expect(spawnSync('mkfifo', [path]).status).toBe(0)],
    ['a link to /dev/zero', (path) => symlinkSync('/dev/zero', path)],
    ['a folder', (path) => mkdirSync(path)],
  ];

  test.each(kinds)('%s neither hangs a command nor fills its memory', async (_, plant) => {
    for (const name of names) {
      const folder = join(workspace.dir, `index-${name.replaceAll('/', '-')}`);
      mkdirSync(join(folder, '.run'), { recursive: true });
      plant(join(folder, name));
      const args = ['ingest', 'docs', '-o', folder, '--embedder', 'builtin', '--cache', 'none'];
      const ended = await workspace.embed(args);
      expect([0, 2, 5], `${name}: ${ended.stderr}`).toContain(ended.code);
      expectWords(ended, ended.code!);
      const searched = await workspace.embed(['search', 'harbours', '--out', folder]);
      expect([0, 2, 5], `${name}: ${searched.stderr}`).toContain(searched.code);
    }
  });
});

test('whatever .run holds, nothing outside is changed', async () => {
  const name = fc.constantFrom(
    'lock',
    'commit',
    'commit.new',
    'embed',
    `stage-${'a'.repeat(12)}`,
    `lock-after-${'a'.repeat(16)}`,
    `journal-${'a'.repeat(32)}`,
    'state',
  );
  const path = fc.constantFrom(
    '',
    '.',
    '..',
    '../victim',
    '../../victim',
    'failures.jsonl',
    '.run/../../victim',
    '\0',
  );
  const file = fc.record({ name: path, bytes: fc.constant(9), sha256: fc.constant(sha256('precious\n')) });
  const record = fc.record(
    {
      format: fc.constant(1),
      stage: path,
      files: fc.array(file, { maxLength: 2 }),
      remove: fc.array(path, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const content = fc.oneof(
    fc.record({ kind: fc.constant('link' as const), to: path }),
    fc.record({ kind: fc.constant('record' as const), record }),
    fc.record({ kind: fc.constant('owner' as const), nonce: path }),
    fc.record({ kind: fc.constant('folder' as const) }),
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, content), { maxLength: 4 }), async (entries) => {
      out = join(workspace.dir, `round-${round++}`);
      run = join(out, '.run');
      mkdirSync(run, { recursive: true });
      for (const [at, what] of entries) {
        const target = join(run, at);
        if (existsSync(target)) continue;
        try {
          if (what.kind === 'link') symlinkSync(what.to, target);
          else if (what.kind === 'folder') mkdirSync(target);
          else if (what.kind === 'owner')
            writeFileSync(
              target,
              JSON.stringify({
                host: 'h',
                pid: 1e9,
                boot: '',
                namespace: '',
                started: '',
                nonce: what.nonce,
              }),
            );
          else {
            const body = JSON.stringify(what.record);
            writeFileSync(target, `${body}\n${sha256(body)}\n`);
          }
        } catch {
          // A link with a NUL, or a name that is a dangling link: not every folder can be made.
        }
      }
      const before = treeOf(victim);
      const known = (error: unknown): undefined => {
        expect(error).toBeInstanceOf(EmbedError);
      };
      await openOutput(out).then((output) => output?.close(), known);
      const lock = await acquireLock(out).catch(known);
      if (lock) {
        await recover(out).catch(known);
        await lock.release().catch(known);
      }
      const journal = await openJournal(out, 'a'.repeat(32), 2).catch(known);
      if (journal) {
        await journal.append([{ hash: sha256('x'), vector: Float32Array.of(1, 0) }]).catch(known);
        await journal.close();
      }
      expect(treeOf(victim)).toEqual(before);
      expect(readdirSync(workspace.dir)).not.toContain('planted');
    }),
    { numRuns: 200 },
  );
});
