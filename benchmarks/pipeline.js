// The ceiling of the pipeline: how many chunks go from files to the output when the server answers at once,
// beside LangChain.js doing the same and a bare client that only sends and parses.
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { bare, installPeers, langchain } from './lib/peers.js';
import { startOllama, startRedis } from './lib/servers.js';
import { interleave, median, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const files = 2000;
const batches = { batchSize: 32, concurrency: 2 };
/** Cuts the corpus into about as many chunks as LangChain's 1,000 characters with 150 shared. */
const chunking = ['--chunk-size', '384', '--chunk-overlap', '48'];
const mib = 1024 ** 2;

export function pipeline({ rounds = 5 } = {}) {
  const folder = corpus(files);
  installPeers();
  return inWorkspace(async (workspace) => {
    const ollama = workspace.use(await startOllama());
    const redis = workspace.use(await startRedis(workspace.folder));
    const { url } = ollama;

    const ingest = async (...args) => {
      await redis.clear();
      workspace.remove('out');
      await ollama.stats();
      const cold = [
        ...chunking,
        '--batch-size',
        '32',
        '--concurrency',
        '2',
        '--redis-url',
        redis.url,
        ...args,
      ];
      const { summary, ...measured } = await workspace.ingest(folder, 'out', { url, args: cold });
      return { ...measured, chunks: summary.chunks.total, requests: (await ollama.stats()).requests };
    };
    // Leaves the texts for the bare client, and the kernel's cache warm for all.
    await ingest();
    workspace.rename('out/chunks.jsonl', 'texts.jsonl');

    const results = await interleave(rounds, {
      both: () => ingest(),
      npy: () => ingest('--format', 'npy'),
      langchain: async () => {
        await redis.clear();
        await ollama.stats();
        const out = workspace.path('langchain.jsonl');
        const result = await langchain(folder, out, { url, redisUrl: redis.url, ...batches });
        return { ...result, requests: (await ollama.stats()).requests };
      },
      bare: () => bare(workspace.path('texts.jsonl'), url, batches),
    });
    const speed = (name) => results[name].map(({ chunks, seconds }) => chunks / seconds);
    const cpu = (name) => results[name].map(({ chunks, cpuSeconds }) => chunks / cpuSeconds);
    const memory = (name) => results[name].map(({ peakBytes }) => peakBytes / mib);
    const asked = (name) => median(results[name].map(({ requests }) => requests));
    return {
      title: 'Pipeline ceiling',
      figures: [
        figure('embed / LangChain.js', ratios(speed('both'), speed('langchain')), '×', { atLeast: 4 }),
        figure('embed / bare client', ratios(speed('both'), speed('bare')), '×', { atLeast: 0.5 }),
        figure('embed, NPY alone / bare client', ratios(speed('npy'), speed('bare')), '×'),
        figure('embed / LangChain.js, chunks per processor time', ratios(cpu('both'), cpu('langchain')), '×'),
        figure('memory of embed', memory('both'), 'MiB', { atMost: 200 }),
        figure('memory of embed, NPY alone', memory('npy'), 'MiB'),
        figure('memory of LangChain.js', memory('langchain'), 'MiB'),
        figure('embed', speed('both'), 'chunks/s'),
        figure('embed, NPY alone', speed('npy'), 'chunks/s'),
        figure('LangChain.js', speed('langchain'), 'chunks/s'),
        figure('bare client', speed('bare'), 'chunks/s'),
      ],
      notes: [
        `${files} Markdown files: ${results.both[0].chunks} chunks (LangChain.js ${results.langchain[0].chunks}), ` +
          '32 texts a request, 2 requests in flight, Redis cache empty; embed and LangChain.js write vectors as JSON Lines, embed as NPY too.',
        `Requests: embed ${asked('both')}, LangChain.js ${asked('langchain')}.`,
        "embed's time is that of the whole process; LangChain.js's and the bare client's leave out their start-up.",
        'Memory is the peak of anonymous memory (RssAnon). Client and servers share the cores.',
      ],
    };
  });
}

await alone(import.meta.url, pipeline);
