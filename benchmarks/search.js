// `embed search`: a thousand questions in one go beside one, and by words and vectors beside vectors alone, as a command and
// in `embed serve`. Run: node benchmarks/search.js [--rows 50000] [--many 1000000] [--rounds 3]
// --many: rows for the questions; 1,000,000 take 2 GB of disk and minutes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openOutput } from '../dist/output/read/output.js';
import { openWriter } from '../dist/output/write/writer.js';
import { sha256 } from '../dist/text/sha256.js';
import { figure, report } from './lib/figures.js';
import { vectorOf } from './lib/hashed.js';
import { processorSeconds, residentMib, run, serve } from './lib/process.js';
import { median } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    many: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(flags.rounds);
const dimensions = 384;
const perDocument = 50;
const questionCount = 1000;
const hashed = fileURLToPath(new URL('servers/hashed.js', import.meta.url));
const bin = fileURLToPath(new URL('../bin/embed.js', import.meta.url));
const count = (number) => Number(number).toLocaleString('en-US');

let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
/** Few of 30,000 words come often, most of them seldom, as in texts. */
const word = () => `w${Math.floor(30_000 ** random()).toString(36)}`;
const sentence = (length) => Array.from({ length }, word).join(' ');

await inWorkspace(async (workspace) => {
  const server = workspace.use(
    await serve(process.execPath, [hashed, '--dimensions', String(dimensions)], {}),
  );
  const url = server.line.trim();
  mkdirSync(workspace.path('docs'));
  writeFileSync(workspace.path('docs/one.md'), 'One text gives the vector space.\n');
  await workspace.ingest('docs', 'small', { url });
  const small = await openOutput(workspace.path('small'));
  const { space, chunking, readers, roots } = small.manifest;
  await small.close();

  async function make(name, rows, words) {
    const head = { space, chunking, readers, roots, formats: ['npy'] };
    const writer = await openWriter(workspace.path(name), head);
    for (let document = 0; document < rows / perDocument; document++) {
      const source = `docs/${String(document).padStart(7, '0')}.md`;
      await writer.begin({ source, root: roots[0], hash: sha256(source) });
      for (let index = 0; index < perDocument; index++) {
        const text = sentence(words);
        const hash = sha256(text);
        const start = index * words * 8;
        const place = { index, start, end: start + text.length, line: 1 + index };
        const chunk = { source, text, ...place, tokens: words * 2, heading: [], hash, key: hash };
        const full = writer.row({ ...chunk, occurrence: 0 }, vectorOf(text, dimensions));
        if (full) await full;
      }
      const full = writer.end();
      if (full) await full;
    }
    await writer.commit();
  }

  /** In seconds of the processor, the client's alone: of wall time, the server and others take their part. */
  async function cost(args) {
    const code = `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeSync(2, 'CPU ' + (user + system) / 1e6 + '\\n'); });`;
    const hook = workspace.path('cpu.cjs');
    writeFileSync(hook, code);
    const shell = [
      '-c',
      'exec "$@" 2>&1 >/dev/null',
      'sh',
      process.execPath,
      '--require',
      hook,
      bin,
      ...args,
    ];
    const { stdout, seconds } = await run('/bin/sh', shell, {
      cwd: workspace.folder,
      env: { PATH: process.env.PATH, HOME: workspace.path('home'), OLLAMA_HOST: url },
    });
    return { cpu: Number(/^CPU (.*)$/m.exec(stdout)[1]), seconds };
  }

  await make('many', Number(flags.many), 8);
  writeFileSync(
    workspace.path('questions.jsonl'),
    Array.from({ length: questionCount }, () => `${JSON.stringify({ question: sentence(6) })}\n`).join(''),
  );
  const inMany = ['search', '--out', 'many', '--vectors', '--json'];
  const [one, thousand] = [[], []];
  for (let round = 0; round < rounds; round++) {
    one.push(await cost([...inMany, sentence(6)]));
    thousand.push(await cost([...inMany, '--questions', 'questions.jsonl']));
  }
  workspace.remove('many');

  await make('words', Number(flags.rows), 90);
  const ways = { vectors: [], cold: [], warm: [] };
  for (let round = 0; round < rounds; round++) {
    const ask = (way) => cost(['search', '--out', 'words', `--${way}`, '--json', sentence(8)]);
    ways.vectors.push(await ask('vectors'));
    workspace.remove('home/.cache/embed/words');
    ways.cold.push(await ask('hybrid'));
    ways.warm.push(await ask('hybrid'));
  }
  const command = [process.execPath, bin, 'serve', '--port', '0', '--in', 'words'];
  const gateway = await serve('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command], {
    cwd: workspace.folder,
    env: { PATH: process.env.PATH, HOME: workspace.path('home'), OLLAMA_HOST: url },
    ready: /http:\/\/[\d.:]+/,
  });
  workspace.use(gateway);
  const address = /http:\/\/[\d.]+:\d+/.exec(gateway.line)[0];
  const pid = gateway.child.pid;
  const ask = async (by) => {
    const response = await fetch(`${address}/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question: sentence(8), by }),
    });
    const answer = await response.json();
    if (answer.results?.length !== 5)
      throw new Error(`expected 5 results, got ${response.status} ${JSON.stringify(answer.error)}`);
  };
  const served = {};
  for (const by of ['vectors', 'hybrid']) {
    for (let turn = 0; turn < 10; turn++) await ask(by);
    const times = [];
    const before = processorSeconds(pid);
    for (let turn = 0; turn < 50; turn++) {
      const start = performance.now();
      await ask(by);
      times.push(performance.now() - start);
    }
    served[by] = { ms: median(times), cpu: ((processorSeconds(pid) - before) / 50) * 1000 };
  }
  const quiet = residentMib(pid);
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (let turn = 0; turn < 10; turn++) await ask('hybrid');
    }),
  );
  const crowded = residentMib(pid);
  const fileMib = (Number(flags.rows) * dimensions * 4) / 2 ** 20;

  const cpu = (all) => all.map((one) => one.cpu);
  const beyond = (all) => all.map((one, round) => one.cpu - ways.vectors[round].cpu);
  const figures = [
    figure(
      `${count(questionCount)} questions / one`,
      cpu(thousand).map((value, at) => value / one[at].cpu),
      '×',
      { atMost: 30 },
    ),
    figure('one question', cpu(one), 's'),
    figure(`${count(questionCount)} questions`, cpu(thousand), 's'),
    figure('hybrid beyond vectors, words made anew', beyond(ways.cold), 's', { atMost: 1 }),
    figure('hybrid beyond vectors, words kept', beyond(ways.warm), 's', { atMost: 1 }),
    figure('serve: vectors', [served.vectors.ms], 'ms'),
    figure('serve: hybrid', [served.hybrid.ms], 'ms', { atMost: 100 }),
    figure('serve: vectors, of the processor', [served.vectors.cpu], 'ms'),
    figure('serve: hybrid, of the processor', [served.hybrid.cpu], 'ms'),
    figure('serve: memory beyond the vectors', [quiet - fileMib], 'MiB', { atMost: 150 }),
    figure('serve: the same, after 1,000 questions of 100 clients', [crowded - fileMib], 'MiB', {
      atMost: 150,
    }),
  ];
  const notes = [
    `${count(flags.many)} rows of ${dimensions} values for the questions; ${count(flags.rows)} rows of some 500 characters, ${perDocument} a document, for words.`,
    'Commands: seconds of the processor, of the whole process with its start. serve: time until the answer, the median of 50; RSS of its process.',
  ];
  console.log(report({ title: 'search.js', figures, notes }));
});
