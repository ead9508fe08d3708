// How much a run takes from a server that computes on the same cores: its share of the speed that the server has with the
// bare client, and of the processor.
import { availableParallelism } from 'node:os';
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { bare } from './lib/peers.js';
import { startOllama } from './lib/servers.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

/** As many files as give some 1,000 texts. */
const files = 150;
const batches = { batchSize: 32, concurrency: 2 };
/** Steps of a thread for each layer of a text: some 10 ms a text. */
const rounds = '250000';

export function spinningServer({ rounds: times = 5 } = {}) {
  const folder = corpus(files);
  return inWorkspace(async (workspace) => {
    const ollama = workspace.use(await startOllama('--spin', rounds));
    const { url } = ollama;
    const args = ['--cache', 'none', '--batch-size', '32', '--concurrency', '2'];
    const measured = async (work) => {
      await ollama.stats();
      const { seconds, cpuSeconds } = await work();
      const { texts } = await ollama.stats();
      return { speed: texts / seconds, share: cpuSeconds / (seconds * availableParallelism()), texts };
    };
    const ingest = async () => {
      workspace.remove('out');
      return await workspace.ingest(folder, 'out', { url, args });
    };
    // Leaves the texts for the bare client.
    await ingest();
    workspace.rename('out/chunks.jsonl', 'texts.jsonl');
    const results = await interleave(times, {
      embed: () => measured(ingest),
      bare: () => measured(() => bare(workspace.path('texts.jsonl'), url, batches)),
    });
    const speed = (name) => results[name].map(({ speed }) => speed);
    const share = (name) => results[name].map(({ share }) => share * 100);
    return {
      title: 'Beside a server that computes on the same cores',
      figures: [
        figure(
          'embed / bare client, texts of the server a second',
          ratios(speed('embed'), speed('bare')),
          '×',
          {
            atLeast: 0.97,
          },
        ),
        figure("embed's share of the processor", share('embed'), '%', { atMost: 3 }),
        figure("the bare client's share of it", share('bare'), '%'),
        figure('embed', speed('embed'), 'texts/s'),
        figure('bare client', speed('bare'), 'texts/s'),
      ],
      notes: [
        `The server computes one text at a time on ${availableParallelism()} threads, one for each core, which spin while they wait for each ` +
          `other. embed sends ${results.embed[0].texts} texts, the bare client ${results.bare[0].texts}; 32 a request, 2 in flight.`,
        "embed's time is that of the whole process; the bare client's leaves out its start-up.",
      ],
    };
  });
}

await alone(import.meta.url, spinningServer);
