// Against a server as slow as a real one the pipeline must cost nothing: beside the bare client with the
// batch size and concurrency that suit it best.
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { bare } from './lib/peers.js';
import { startOllama } from './lib/servers.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const files = 240;
/** In ms, measured on a real Ollama with all-minilm, 2 cores, CPU. */
const perRequest = 8;
const perText = 15;
const candidates = [
  { batchSize: 16, concurrency: 2 },
  { batchSize: 32, concurrency: 1 },
  { batchSize: 32, concurrency: 2 },
  { batchSize: 64, concurrency: 2 },
  { batchSize: 32, concurrency: 4 },
];

export function realServer({ rounds = 3 } = {}) {
  const folder = corpus(files);
  return inWorkspace(async (workspace) => {
    const quick = await startOllama();
    await workspace.ingest(folder, 'texts', { url: quick.url, args: ['--cache', 'none'] });
    await quick.stop();
    const texts = workspace.path('texts', 'chunks.jsonl');

    const { url, stats } = workspace.use(
      await startOllama('--per-request', String(perRequest), '--per-text', String(perText)),
    );
    let best;
    for (const batches of candidates) {
      const { chunks, seconds } = await bare(texts, url, { ...batches, most: 320 });
      if (!best || chunks / seconds > best.speed) best = { batches, speed: chunks / seconds };
    }
    const results = await interleave(rounds, {
      embed: async () => {
        workspace.remove('out');
        workspace.remove('home');
        await stats();
        const { seconds, summary } = await workspace.ingest(folder, 'out', { url });
        const { idleMs, requests } = await stats();
        return { seconds, chunks: summary.chunks.embedded, requests, idle: idleMs / 1000 / seconds };
      },
      bare: () => bare(texts, url, best.batches),
    });
    const speed = (name) => results[name].map(({ chunks, seconds }) => chunks / seconds);
    return {
      title: 'Against a real server',
      figures: [
        figure('embed / bare client', ratios(speed('embed'), speed('bare')), '×', { atLeast: 0.97 }),
        figure(
          'server idle between first and last request',
          results.embed.map(({ idle }) => idle * 100),
          '%',
        ),
        figure('embed', speed('embed'), 'chunks/s'),
        figure('bare client', speed('bare'), 'chunks/s'),
      ],
      notes: [
        `A server with the costs of a small model on 2 cores (Ollama 0.24 was recorded at 9 ms a text of 16 tokens and 38 ms a text of 122): ${perText} ms a text, one text at a time, ` +
          `and ${perRequest} ms a request; the best here is a server that never idles: ${(1000 / perText).toFixed(1)} texts/s.`,
        `${files} files, ${results.embed[0].chunks} chunks, ${results.embed[0].requests} requests by embed at its defaults (disk cache, JSON Lines and NPY); ` +
          `the bare client with its best of ${candidates.length} settings: ${best.batches.batchSize} texts a request, ${best.batches.concurrency} in flight.`,
        "embed's time is that of the whole process with start-up, canaries and commit.",
      ],
    };
  });
}

await alone(import.meta.url, realServer);
