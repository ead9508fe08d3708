// Three servers, of which one hangs, then two, then one from the start: what is left of the speed.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { dimensions, vectorOf } from './lib/hashed.js';
import { serve } from './lib/process.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const files = 320;
/** In ms; three servers do 150 texts a second. */
const perText = 20;
/** Texts that the sick ones answer before they hang. */
const before = 100;

const hashed = fileURLToPath(new URL('servers/hashed.js', import.meta.url));

export function sickServer({ rounds = 1 } = {}) {
  const folder = corpus(files);
  return inWorkspace(async (workspace) => {
    const ingest = async (sick, fromTheStart) => {
      workspace.remove('out');
      workspace.remove('home');
      const servers = await Promise.all([1, 2, 3].map(startHashed));
      try {
        const hanging = servers.slice(0, sick);
        if (fromTheStart) for (const server of hanging) server.hang();
        const over = new AbortController();
        const watch = fromTheStart ? [] : hanging.map((server) => hangLater(server, over.signal));
        const [first, ...others] = servers.map(({ url }) => url);
        const args = ['--cache', 'none', ...others.flatMap((url) => ['--ollama-url', url])];
        const { seconds, summary } = await workspace.ingest(folder, 'out', { url: first, args });
        over.abort();
        await Promise.all(watch);
        return { seconds, chunks: summary.chunks.embedded, wrong: wrongVectors(workspace.path('out')) };
      } finally {
        for (const server of servers) await server.stop();
      }
    };
    const results = await interleave(rounds, {
      healthy: () => ingest(0),
      one: () => ingest(1),
      two: () => ingest(2),
      start: () => ingest(1, true),
    });
    const seconds = (name) => results[name].map((one) => one.seconds);
    const against = (name) => ratios(seconds(name), seconds('healthy'));
    const wrong = Object.values(results).map((all) => all.reduce((sum, one) => sum + one.wrong, 0));
    return {
      title: 'Sick servers',
      figures: [
        figure('one of three hangs / three healthy ones', against('one'), '×', { atMost: 1.6 }),
        figure('two of three hang / three healthy ones', against('two'), '×', { atMost: 3.3 }),
        figure('one hangs from the start / three healthy ones', against('start'), '×', { atMost: 1.6 }),
        figure('three healthy ones', seconds('healthy'), 's', { atLeast: 20 }),
        figure('wrong or missing vectors', wrong, '', { atMost: 0 }),
      ],
      notes: [
        `embed ingest of ${files} files, ${results.healthy[0].chunks} chunks, over three servers of ${perText} ms a text, one text at a time; ` +
          'times are those of the whole process. Without the sick ones 1.5, 3 and 1.5 are the best there is.',
        `A sick server is a stopped process: it takes connections and says nothing, after ${before} texts or from the start.`,
        'Every row of the index is compared with a vector from a hash of its text.',
      ],
    };
  });
}

async function startHashed() {
  const { child, line, stop } = await serve(process.execPath, [hashed, '--per-text', String(perText)]);
  const url = line.trim();
  return {
    url,
    hang: () => child.kill('SIGSTOP'),
    texts: async () => (await (await fetch(`${url}/_stats`)).json()).texts,
    stop: async () => {
      child.kill('SIGCONT');
      await stop();
    },
  };
}

async function hangLater(server, signal) {
  while (!signal.aborted && (await server.texts()) < before) await sleep(50);
  if (!signal.aborted) server.hang();
}

/** Rows without the vector of their text. */
function wrongVectors(folder) {
  const lines = readFileSync(`${folder}/chunks.jsonl`, 'utf8').trimEnd().split('\n');
  const npy = readFileSync(`${folder}/vectors.npy`);
  const start = 10 + npy.readUInt16LE(8);
  const rows = (npy.length - start) / 4 / dimensions;
  if (rows !== lines.length) return lines.length;
  return lines.filter((line, row) => {
    const own = vectorOf(JSON.parse(line).text);
    return own.some((value, at) => npy.readFloatLE(start + (row * dimensions + at) * 4) !== value);
  }).length;
}

await alone(import.meta.url, sickServer);
