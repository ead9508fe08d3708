// Memory over a long run: 1 GB in 100,000 files with a server that answers at once. Takes minutes and about 15 GB.
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { startOllama } from './lib/servers.js';
import { inWorkspace } from './lib/workspace.js';

const fileCount = 100_000;
const fileBytes = 10_000;
const mib = 1024 ** 2;

export function memory() {
  const folder = corpus(fileCount, fileBytes);
  return inWorkspace(async (workspace) => {
    const { url } = workspace.use(await startOllama());
    const { seconds, samples, peakBytes, summary } = await workspace.ingest(folder, 'out', { url });
    const tenths = Array.from({ length: 10 }, (_, tenth) => {
      const part = samples.filter((sample) => Math.floor((sample.seconds / seconds) * 10) === tenth);
      return Math.max(...part.map(({ bytes }) => bytes)) / mib;
    });
    return {
      title: 'Memory',
      figures: [
        figure('peak of anonymous memory', [peakBytes / mib], 'MiB', { atMost: 250 }),
        figure('last tenth / third tenth', [tenths[9] / tenths[2]], '×', { atMost: 1.25 }),
        figure('speed', [summary.chunks.total / seconds], 'chunks/s'),
      ],
      notes: [
        `${fileCount} files, ${summary.chunks.total} chunks, disk cache, JSON Lines and NPY, ${seconds.toFixed(0)} s.`,
        `Peaks by tenths of the time: ${tenths.map((value) => value.toFixed(0)).join(', ')} MiB (RssAnon; pages that LMDB maps are the kernel's).`,
      ],
    };
  });
}

await alone(import.meta.url, memory);
