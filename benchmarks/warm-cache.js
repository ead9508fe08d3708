// The output is gone, the cache is warm: how fast it is made again, beside reading and writing the same bytes.
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { copyBytes } from './lib/peers.js';
import { startOllama, startRedis } from './lib/servers.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const files = 2000;
const chunking = ['--chunk-size', '384', '--chunk-overlap', '48'];

export function warmCache({ rounds = 5 } = {}) {
  const folder = corpus(files);
  return inWorkspace(async (workspace) => {
    const { url } = workspace.use(await startOllama());
    const redis = workspace.use(await startRedis(workspace.folder));
    const caches = { disk: ['--cache', 'disk'], redis: ['--redis-url', redis.url] };
    const ingest = async (cache, out) => {
      workspace.remove(out);
      const args = [...chunking, ...caches[cache]];
      const { seconds, summary } = await workspace.ingest(folder, out, { url, args });
      return { seconds, ...summary.chunks };
    };
    const fromCache = async (cache) => {
      const result = await ingest(cache, 'again');
      if (result.cached !== result.total)
        throw new Error(`Not all from the cache: ${JSON.stringify(result)}`);
      return result;
    };
    await ingest('redis', 'out');
    await ingest('disk', 'out');

    const results = await interleave(rounds, {
      disk: () => fromCache('disk'),
      redis: () => fromCache('redis'),
      copy: async () => {
        workspace.remove('copy');
        return await copyBytes(folder, workspace.path('out'), workspace.path('copy'));
      },
    });
    const { total } = results.disk[0];
    const speed = (name) => results[name].map(({ seconds }) => total / seconds);
    return {
      title: 'All from a warm cache',
      figures: [
        figure('disk', speed('disk'), 'chunks/s', { atLeast: 15_000 }),
        figure('Redis', speed('redis'), 'chunks/s', { atLeast: 10_000 }),
        figure('disk / reading and writing the same bytes', ratios(speed('disk'), speed('copy')), '×'),
        figure('Redis / reading and writing the same bytes', ratios(speed('redis'), speed('copy')), '×'),
        figure('reading and writing the same bytes', speed('copy'), 'chunks/s'),
      ],
      notes: [
        `${files} files, ${total} chunks, ${(results.copy[0].bytes / 1e6).toFixed(0)} MB read and written (JSON Lines and NPY). ` +
          "embed's time is that of the whole process, the bare one's leaves out its start-up and ends with the same fsync.",
      ],
    };
  });
}

await alone(import.meta.url, warmCache);
