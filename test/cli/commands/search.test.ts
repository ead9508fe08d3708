// Searching by words and by both, over several places, in other forms; texts by their place; and how good a search is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { startOllama, type TestOllama } from '../../helpers/ollama.js';

let workspace: Workspace;
let ollama: TestOllama;

const write = (name: string, text: string) => writeFileSync(join(workspace.dir, name), text);
/** Nobody listens there. */
const nobody = ['--ollama-url', 'http://127.0.0.1:9', '--model', 'all-minilm'];

beforeAll(async () => {
  workspace = makeWarmWorkspace();
  ollama = await startOllama();
  for (const folder of ['docs', 'notes']) mkdirSync(join(workspace.dir, folder));
  // Each section fills a chunk, so that none is joined with the next.
  const section = (title: string, text: string) =>
    `# ${title}\n\n${text} ${'More of it is told here. '.repeat(5).trim()}\n`;
  write(
    'docs/guide.md',
    [
      section('Copying', 'Set dirs_exist_ok, and the folder may be there.'),
      section('Errors', 'E4017 means that the valve is closed.'),
      section('Grinding', 'The mill grinds.'),
    ].join('\n'),
  );
  write('docs/other.md', 'The valve opens. Islands are reached by boat.\n');
  write('notes/sheet.csv', 'name,year,formula\nmill,2024,=1+1\nharbour,1999,plain\n');
  const made = ['--model', 'all-minilm', '--ollama-url', ollama.url, '--cache', 'none', '--chunk-size', '64'];
  expect((await workspace.embed(['ingest', 'docs', ...made])).code).toBe(0);
  expect((await workspace.embed(['ingest', 'notes', '-o', 'notes-index', ...made])).code).toBe(0);
});
afterAll(async () => {
  await ollama.stop();
  workspace.remove();
});

async function json(...args: string[]) {
  const { code, stdout, stderr } = await workspace.embed([...args, '--json']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function sources(...args: string[]): Promise<string[]> {
  const { results } = await json('search', ...args);
  return results.map(
    ({ metadata }: { metadata: { source: string; line: number } }) => `${metadata.source}:${metadata.line}`,
  );
}

test('--words finds a name without an embedder, and says which words matched', async () => {
  const { results } = await json('search', '--words', 'what does E4017 mean', ...nobody);
  expect(results[0]).toMatchObject({ metadata: { line: 5 }, words: ['E4017', 'means'] });
  expect(results[0].score).toBeGreaterThan(0);
  const { stdout } = await workspace.embed(['search', '--words', 'exist ok', ...nobody]);
  expect(stdout).toContain('words: exist, ok');
  expect(await sources('--words', 'unheard', ...nobody)).toEqual([]);
});

test('both are asked by default: the name is first, and each result says where it stood', async () => {
  const { results } = await json('search', 'E4017', '--ollama-url', ollama.url);
  expect(results[0].metadata.line).toBe(5);
  expect(results[0].ranks.words).toBe(1);
  expect(results[0].score).toBeLessThanOrEqual(1);
  expect(results.length).toBeGreaterThan(1);
  for (const { ranks } of results) expect(ranks.vectors).toBeGreaterThan(0);
});

test('an embedder that is missing is told; so are flags that contradict each other', async () => {
  const { code, stderr } = await workspace.embed(['search', 'mill', ...nobody]);
  expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('127.0.0.1:9') });
  for (const [args, message] of [
    [['--words', '--vectors', 'x'], 'give one of them'],
    [['--words', '--min-score', '0.5', 'x'], '--min-score is about vectors'],
    [['--questions', 'none.jsonl'], 'none.jsonl'],
    [['--in', 'a=./x', '--in', 'a=./y', 'x'], 'called a'],
    [['x', '--where', 'lang'], '--where: expected a condition'],
  ] as const) {
    const result = await workspace.embed(['search', ...args]);
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  }
});

test('--where compares, --group takes one of each document', async () => {
  const words = ['--words', '--in', './notes-index'];
  expect(await sources(...words, 'mill harbour', '--where', 'year>=2000')).toHaveLength(1);
  expect(await sources(...words, 'mill harbour', '--where', 'year in 1999,2024')).toHaveLength(2);
  expect(await sources('--words', 'the mill valve')).toHaveLength(4);
  expect(await sources('--words', 'the mill valve', '--group', 'document')).toHaveLength(2);
});

test('several places are asked together, each by its name', async () => {
  const places = ['--in', 'docs=./embeddings', '--in', './notes-index'];
  const { results } = await json('search', '--words', 'mill', ...places);
  expect(results.map((one: { in: string }) => one.in).sort()).toEqual(['docs', 'notes-index']);
  const both = await json('search', 'mill', '-k', '20', '--ollama-url', ollama.url, ...places);
  expect(new Set(both.results.map((one: { in: string }) => one.in)).size).toBe(2);
});

test('a text is got by id, by line and whole; what is around it comes along', async () => {
  const got = async (...args: string[]) => (await workspace.embed(['get', ...args])).stdout;
  expect(await got('docs/guide.md:5')).toContain('E4017');
  expect(await got('docs/guide.md:5')).not.toContain('mill');
  expect(await got('docs/guide.md:5', '--around', '1')).toMatch(/dirs_exist_ok[\s\S]*E4017[\s\S]*mill/);
  // Lines 4 and 8 are blank, between two chunks: the one before is meant, and what follows it comes along as it stands there.
  const lines = readFileSync(join(workspace.dir, 'docs/guide.md'), 'utf8').split('\n');
  expect(await got('docs/guide.md:4')).toBe(await got('docs/guide.md:1'));
  expect((await got('docs/guide.md:4', '--around', '1')).trim()).toBe(lines.slice(0, 7).join('\n'));
  expect((await got('docs/guide.md:8', '--around', '1')).trim()).toBe(lines.slice(0, 11).join('\n'));
  expect((await got('docs/guide.md:12', '--around', '1')).trim()).toBe(lines.slice(4, 11).join('\n'));
  const whole = await got('docs/guide.md');
  expect(whole.trim()).toBe(readFileSync(join(workspace.dir, 'docs/guide.md'), 'utf8').trim());
  const { results } = await json('search', '--words', 'E4017', '--around', '1');
  expect(results[0].passage.text).toMatch(/dirs_exist_ok[\s\S]*E4017[\s\S]*mill/);
  expect(await got(results[0].id)).toBe(await got('docs/guide.md:5'));
  const none = await workspace.embed(['get', 'docs/none.md']);
  expect({ code: none.code, stderr: none.stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no text docs/none.md'),
  });
});

test('CSV keeps formulas as texts, Markdown has fences, files are paths', async () => {
  const asked = (form: string, ...args: string[]) =>
    workspace.embed(['search', '--words', '--as', form, ...args]).then(({ stdout }) => stdout);
  write('notes/evil.md', '=HYPERLINK("http://x","y") zebra\n\n```\ncode\n```\n');
  const ingest = ['ingest', 'notes', '-o', 'notes-index', '--ollama-url', ollama.url, '--cache', 'none'];
  expect((await workspace.embed(ingest)).code).toBe(0);
  const csv = await asked('csv', 'zebra', '--in', './notes-index');
  expect(csv).toMatch(/^score,source,line,page,heading,text,id,in,vectors_rank,words_rank,rerank\r\n/);
  expect(csv).toContain(`"'=HYPERLINK(""http://x"",""y"") zebra`);
  expect(await asked('md', 'zebra', '--in', './notes-index')).toContain('\n````text\n=HYPERLINK');
  expect(await asked('files', 'valve')).toBe('docs/other.md\ndocs/guide.md\n');
  // From a subfolder, so that other programs find them.
  const from = (form: string) =>
    workspace.embed(['search', '--words', '--as', form, 'valve'], { cwd: join(workspace.dir, 'docs') });
  expect((await from('files')).stdout).toBe('other.md\nguide.md\n');
  expect((await from('csv')).stdout).toMatch(/^[\d.]+,"other\.md",/m);
  expect((await from('md')).stdout).toContain('## 1. `other.md`, line 1\n');
});

test('many questions are answered in one go, in their order', async () => {
  write('many.jsonl', '{"question": "islands boat"}\n\n{"question": "E4017", "source": "docs/guide.md"}\n');
  const { answers } = await json(
    'search',
    '--questions',
    'many.jsonl',
    '-k',
    '1',
    '--ollama-url',
    ollama.url,
  );
  expect(answers.map((one: { question: string }) => one.question)).toEqual(['islands boat', 'E4017']);
  expect(
    answers.map((one: { results: { metadata: { source: string } }[] }) => one.results[0]!.metadata.source),
  ).toEqual(['docs/other.md', 'docs/guide.md']);
  write('broken.jsonl', '{"question": "x"}\n{"query": "y"}\n');
  const { code, stderr } = await workspace.embed(['search', '--questions', 'broken.jsonl']);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('broken.jsonl, line 2'),
  });
});

test('eval measures, compares, proposes questions, and fails where too little is found', async () => {
  write(
    'known.jsonl',
    '{"question": "E4017", "passage": "the valve is closed"}\n{"question": "unheard", "source": "docs/guide.md"}\n',
  );
  const result = await json(
    'eval',
    'known.jsonl',
    '--words',
    '--against',
    './notes-index',
    '--report',
    'page.html',
  );
  expect(result).toMatchObject({
    questions: 2,
    hit1: { value: 0.5, low: null },
    against: { hit1: { value: 0 } },
  });
  expect(result.answers.map((one: { rank: number }) => one.rank)).toEqual([1, 0]);
  expect(result.against).toMatchObject({ verdict: 'cant-tell-yet', gained: ['E4017'] });
  expect(readFileSync(join(workspace.dir, 'page.html'), 'utf8')).toContain('unheard');
  const low = await workspace.embed(['eval', 'known.jsonl', '--words', '--min-hit3', '0.8']);
  expect({ code: low.code, stderr: low.stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('below 0.8'),
  });
  expect(low.stdout).toContain('Not found in ten results:\n  unheard');
  const { stdout } = await workspace.embed(['eval', '--draft', '2']);
  const drafts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const draft of drafts)
    expect(draft).toMatchObject({ draft: true, source: expect.stringMatching(/^docs\//) });
  write('drafts.jsonl', stdout);
  expect((await json('eval', 'drafts.jsonl', '--words')).hit10.value).toBe(1);
  write('wordless.jsonl', '{"question": "x", "passage": "…"}\n');
  const wordless = await workspace.embed(['eval', 'wordless.jsonl', '--words']);
  expect({ code: wordless.code, stderr: wordless.stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('question 1 has no words'),
  });
});

test('questions are proposed of scripts without spaces, and of a title that several documents have but once', async () => {
  mkdirSync(join(workspace.dir, 'drafted'));
  write('drafted/a.md', '# Getting started\n\nThe mill stands behind the harbour.\n');
  write('drafted/b.md', '# Getting started\n\nThe boat lies beside the island.\n');
  write(
    'drafted/zh.md',
    '今天天气很好，我们去公园散步。\n\nThe model knows more than half of the letters, so it takes this.\n',
  );
  const made = ['--model', 'all-minilm', '--ollama-url', ollama.url, '--cache', 'none'];
  expect((await workspace.embed(['ingest', 'drafted', '-o', 'drafted-index', ...made])).code).toBe(0);
  const { questions } = await json('eval', '--draft', '50', '-o', 'drafted-index');
  const asked = questions.map(({ question }: { question: string }) => question);
  expect(asked.toSorted()).toEqual(['Getting started', '今天天气很好，我们去公园散步。']);
});

test('a destination is asked by words once a sync has set that up', async () => {
  const lance = 'lancedb:./lance';
  expect((await workspace.embed(['sync', lance])).code).toBe(0);
  const before = await workspace.embed(['search', '--words', 'E4017', '--in', lance]);
  expect({ code: before.code, stderr: before.stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('embed sync --words'),
  });
  // Without it, what is asked by default is the vectors.
  expect(await sources('E4017', '--in', lance, '--ollama-url', ollama.url)).not.toEqual([]);
  expect((await workspace.embed(['sync', lance, '--words'])).code).toBe(0);
  expect(await sources('--words', 'E4017', '--in', lance)).toEqual(['docs/guide.md:5']);
  const both = await json('search', 'E4017', '--in', lance, '--ollama-url', ollama.url);
  expect(both.results[0]).toMatchObject({ metadata: { line: 5 }, ranks: { words: 1 } });
  expect((await workspace.embed(['get', 'docs/guide.md:5', '--in', lance])).stdout).toContain('E4017');
});

test('paths from a subfolder name documents of a destination and of another output, too', async () => {
  const file = join(workspace.dir, 'from-here.parquet');
  expect((await workspace.embed(['sync', `parquet:${file}`])).code).toBe(0);
  const from = (cwd: string, ...args: string[]) =>
    workspace.embed([...args, '--json'], { cwd: join(workspace.dir, cwd) });
  const named = ({ stdout }: { stdout: string }) =>
    JSON.parse(stdout).results.map(({ metadata }: { metadata: { source: string } }) => metadata.source);
  const ask = ['search', '--words', 'valve', '--in', `parquet:${file}`, '--source'];
  for (const pattern of ['../docs/guide.md', './guide.md', '../docs/g*', 'docs/guide.md'])
    expect(named(await from('docs', ...ask, pattern)), pattern).toEqual(['docs/guide.md']);
  expect(named(await from('notes', ...ask, '!../docs/guide.md'))).toEqual(['docs/other.md']);
  expect(named(await from('notes', ...ask, '../notes'))).toEqual([]);
  const got = await from('notes', 'get', '../docs/guide.md:5', '--in', `parquet:${file}`);
  expect(JSON.parse(got.stdout).texts).toMatchObject([{ source: 'docs/guide.md' }]);
  const other = ['search', '--words', 'mill', '--in', '../notes-index', '--source', '../notes'];
  expect(named(await from('docs', ...other))).toEqual(['notes/sheet.csv#1']);
  const both = await from('docs', ...other, '--in', `parquet:${file}`);
  expect(named(both)).toContain('notes/sheet.csv#1');
  // Where no index is above, the folder of its documents isn't known.
  const away = mkdtempSync(join(tmpdir(), 'embed-away-'));
  onTestFinished(() => rmSync(away, { recursive: true }));
  const refused = await workspace.embed([...ask, '../docs'], { cwd: away });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("isn't known here: name them as"),
  });
});

test('a file is asked by words without a set-up, by an index in memory', async () => {
  const file = 'parquet:./words.parquet';
  expect((await workspace.embed(['sync', file])).code).toBe(0);
  expect(await sources('--words', 'E4017', '--in', file)).toEqual(['docs/guide.md:5']);
  const both = await json('search', 'E4017', '--hybrid', '--in', file, '--ollama-url', ollama.url);
  expect(both.results[0]).toMatchObject({ metadata: { line: 5 }, ranks: { words: 1 } });
});

test('a condition without a key is refused, and failed documents are told', async () => {
  for (const where of ['>=3', '=3', ' in a', ' =x']) {
    const refused = await workspace.embed(['search', 'x', '--words', '--where', where]);
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--where'),
    });
  }
  mkdirSync(join(workspace.dir, 'broken'));
  write('broken/a.md', 'The lighthouse stands on the cliff.\n');
  write('broken/b.pdf', 'no PDF');
  const made = ['--model', 'all-minilm', '--ollama-url', ollama.url, '--cache', 'none'];
  expect((await workspace.embed(['ingest', 'broken', '-o', 'broken-index', ...made])).code).toBe(3);
  const found = await workspace.embed(['search', '--words', 'lighthouse', '-o', 'broken-index']);
  expect(found).toMatchObject({ code: 0, stderr: expect.stringContaining('1 document of') });
  expect(found.stderr).toContain('embed list --failed');
});
