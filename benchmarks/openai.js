// What base64 saves in the answers of OpenAI-compatible servers, through the orchestrator: the same vectors from a server
// that sends base64 and from one that sends numbers, whatever it is asked for.
import { BatchOrchestrator } from '../dist/orchestrator/orchestrator.js';
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { startOpenAi } from './lib/servers.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const sizes = [
  { dimensions: 384, texts: 16_000 },
  { dimensions: 1536, texts: 6000 },
];
const words = 'the archive keeps every letter that the harbour master wrote between two great storms'.split(
  ' ',
);

export function openai({ rounds = 5 } = {}) {
  return inWorkspace(async (workspace) => {
    const figures = [];
    for (const { dimensions, texts: count } of sizes) {
      const start = async (...flags) =>
        workspace.use(await startOpenAi('--dimensions', String(dimensions), ...flags)).url;
      const [base64, numbers] = [await start(), await start('--numbers')];
      const texts = Array.from({ length: count }, (_, index) => `${index} ${words.join(` ${index} `)}`);
      const variants = { base64: () => through(base64, texts), numbers: () => through(numbers, texts) };
      // A round for the compiler.
      await interleave(1, variants);
      const runs = await interleave(rounds, variants);
      const speed = (name) => runs[name].map((seconds) => count / seconds);
      figures.push(
        figure(`base64 / numbers, ${dimensions} values`, ratios(speed('base64'), speed('numbers')), '×', {
          atLeast: 1.3,
        }),
        figure(`base64, ${dimensions} values`, speed('base64'), 'texts/s'),
        figure(`numbers, ${dimensions} values`, speed('numbers'), 'texts/s'),
      );
    }
    const notes = [
      '32 texts a request, 2 in flight, no cache, a server that answers at once. Both servers give the same vectors; the second sends numbers, whatever it is asked for.',
    ];
    return { title: 'OpenAI-compatible servers', figures, notes };
  });
}

async function through(url, texts) {
  const config = { embedder: 'openai', url: [url], cache: 'none', batchSize: 32, concurrency: 2 };
  const made = await new BatchOrchestrator(config).start();
  try {
    const start = performance.now();
    const vectors = await made.embed(texts);
    if (vectors.length !== texts.length)
      throw new Error(`${vectors.length} vectors for ${texts.length} texts`);
    return (performance.now() - start) / 1000;
  } finally {
    await made.stop();
  }
}

await alone(import.meta.url, openai);
