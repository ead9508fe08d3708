// Where no output is named, each command that reads one takes that of the nearest folder above.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allCommands } from '../../src/cli/declared/all.js';
import { makeWarmWorkspace } from '../helpers/cli.js';

interface Case {
  words: string[];
  /** What it prints of the index above, and of no other. */
  says: RegExp;
  stdin?: string;
}

/** What is typed in the subfolder; a command that takes `--out` and isn't here fails the test. */
const cases: Record<string, Case | 'makes an output' | 'tells of a run from here'> = {
  ingest: { words: ['.', '--dry-run', '--json'], says: /"unchanged":2,/ },
  merge: 'makes an output',
  doctor: { words: ['--json'], says: /2 documents/ },
  config: 'tells of a run from here',
  bench: 'tells of a run from here',
  sync: { words: ['parquet:./rows.parquet', '--dry-run', '--json'], says: /"new":2,/ },
  forget: { words: ['plan.md', '--dry-run', '--json'], says: /"documents":\["docs\/plan.md"\]/ },
  search: { words: ['the plan', '--json'], says: /"source":"docs\/plan.md"/ },
  eval: { words: ['questions.jsonl', '--json'], says: /"questions":1,/ },
  get: { words: ['plan.md'], says: /The plan of the year/ },
  mcp: { words: [], says: /answers for/, stdin: '' },
  list: { words: ['--json'], says: /"source":"docs\/plan.md"/ },
  status: { words: ['--json'], says: /"documents":2,/ },
  why: { words: ['plan.md', '--json'], says: /"rows":1,/ },
  verify: { words: ['--json'], says: /"ok":true/ },
  chunks: { words: ['long.md', '--json'], says: /"index":1,/ },
};

test('every command that takes --out finds the index from a subfolder, as it is declared to read one', async () => {
  const workspace = makeWarmWorkspace();
  try {
    const docs = join(workspace.dir, 'docs');
    mkdirSync(docs);
    mkdirSync(join(workspace.dir, '.git'));
    writeFileSync(join(docs, 'plan.md'), '# Plan\n\nThe plan of the year.\n');
    writeFileSync(join(docs, 'b.md'), '# B\n\nThe second one.\n');
    const builtin = [
      '--embedder',
      'builtin',
      '--cache',
      'none',
      '--chunk-size',
      '20',
      '--chunk-overlap',
      '0',
    ];
    expect((await workspace.embed(['ingest', 'docs', ...builtin])).code).toBe(0);
    // Two chunks of the size of the index, one of the usual size.
    writeFileSync(join(docs, 'long.md'), 'One sentence of some words stands here. '.repeat(5));
    writeFileSync(join(docs, 'questions.jsonl'), '{"question":"the plan","source":"docs/plan.md"}\n');
    for (const { name, flags } of allCommands.map((one) => ({ flags: [], ...one.declared }))) {
      if (!(flags as readonly string[]).includes('out')) continue;
      const one = cases[name];
      if (one === undefined) throw new Error(`embed ${name} takes --out: give it a case here`);
      if (typeof one === 'string') continue;
      const { words, says, stdin } = one;
      const told = await workspace.embed([name, ...words], {
        cwd: docs,
        ...(stdin !== undefined && { stdin }),
      });
      expect.soft(`${name}: ${told.code} ${told.stdout}${told.stderr}`).toMatch(says);
      // What else doctor finds depends on the machine.
      if (name !== 'doctor') expect.soft(told.code, name).toBe(0);
    }
  } finally {
    workspace.remove();
  }
});

test('a run in a subfolder updates the index above that has its paths; with others it begins one, and says so', async () => {
  const workspace = makeWarmWorkspace();
  try {
    const { dir } = workspace;
    for (const name of ['.git', 'docs', 'notes', 'team/wiki'])
      mkdirSync(join(dir, name), { recursive: true });
    for (const name of ['docs/a.md', 'notes/n.md', 'team/wiki/w.md'])
      writeFileSync(join(dir, name), `# ${name}\n\nThe text of ${name}.\n`);
    const builtin = ['--embedder', 'builtin', '--cache', 'none'];
    const run = (cwd: string, ...words: string[]) =>
      workspace.embed(['ingest', ...words, ...builtin, '--json'], { cwd: join(dir, cwd) });
    expect((await run('.', 'docs')).code).toBe(0);
    writeFileSync(join(dir, 'docs/b.md'), 'Another text.\n');
    const above = await run('docs', '.');
    expect(JSON.parse(above.stdout)).toMatchObject({
      out: '../embeddings',
      documents: { new: 1, unchanged: 1 },
    });
    expect(JSON.parse(above.stdout)).not.toHaveProperty('notices');
    const own = await run('notes', '.', '../docs');
    const [notice] = JSON.parse(own.stdout).notices;
    expect([JSON.parse(own.stdout).out, notice.code]).toEqual(['./embeddings', 'second-index']);
    expect(own.stderr).toContain('to add it there: --out ../embeddings\n');
    // From then on it is the one that is found here.
    const again = JSON.parse((await run('notes', '.')).stdout);
    expect([again.out, again.notices]).toEqual(['./embeddings', undefined]);
    // Sources of a file have their index beside that file, from wherever they are read.
    writeFileSync(join(dir, 'team/.batchrc'), 'sources: {wiki: ./wiki}\n');
    mkdirSync(join(dir, 'team/.git'));
    expect(JSON.parse((await run('team/wiki')).stdout).out).toBe('../embeddings');
  } finally {
    workspace.remove();
  }
});

test('a run says which patterns of a settings file do not count: others are typed, or it stands elsewhere', async () => {
  const workspace = makeWarmWorkspace();
  try {
    const { dir } = workspace;
    for (const name of ['.git', 'docs/drafts', 'jobs']) mkdirSync(join(dir, name), { recursive: true });
    for (const name of ['docs/a.md', 'docs/drafts/b.md', 'docs/c.md'])
      writeFileSync(join(dir, name), `# ${name}\n\nThe text of ${name}.\n`);
    mkdirSync(join(dir, 'jobs/.git'));
    writeFileSync(join(dir, '.batchrc.json'), '{"exclude": ["drafts/**", "c.md"]}');
    const run = async (cwd: string, ...words: string[]) => {
      const all = ['ingest', ...words, '--embedder', 'builtin', '--cache', 'none', '--json'];
      const { stdout, stderr } = await workspace.embed(all, { cwd: join(dir, cwd) });
      const notices: { code: string; message: string }[] = JSON.parse(stdout).notices ?? [];
      const told = notices.filter(({ code }) => code === 'patterns-unused').map(({ message }) => message);
      for (const message of told) expect(stderr).toContain(`${message}\n`);
      return told;
    };
    expect(await run('.', 'docs')).toEqual([]);
    expect(await run('.', 'docs', '--exclude', 'c.md')).toEqual([
      "exclude of ./.batchrc.json doesn't count in this run, as --exclude is given: drafts/**",
    ]);
    expect(await run('.', 'docs', '--exclude', 'c.md', '--exclude', 'drafts/**')).toEqual([]);
    expect(await run('jobs', '../docs', '--out', '../embeddings')).toEqual([
      `exclude of ${dir}/.batchrc.json doesn't count in this run, as the run stands elsewhere: drafts/**, c.md`,
    ]);
    expect(await run('docs', '.', '--out', '../embeddings')).toEqual([]);
  } finally {
    workspace.remove();
  }
});
