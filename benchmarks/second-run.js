// The night after: nothing changed in 10,000 files, or one file edited in an index of 20,000 chunks.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './lib/alone.js';
import { corpus } from './lib/corpus.js';
import { figure } from './lib/figures.js';
import { hash } from './lib/peers.js';
import { startOllama } from './lib/servers.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const unchangedFiles = 10_000;
/** Of 6 kB each: about 20,000 chunks of this size. */
const editedFiles = 2350;
const chunking = ['--chunk-size', '384', '--chunk-overlap', '48'];

export function secondRun({ rounds = 7 } = {}) {
  const many = corpus(unchangedFiles);
  const pristine = corpus(editedFiles);
  return inWorkspace(async (workspace) => {
    const { url } = workspace.use(await startOllama());
    const args = ['--cache', 'none', ...chunking];
    const few = workspace.path('few');
    cpSync(pristine, few, { recursive: true });
    const first = await workspace.ingest(many, 'many-out', { url, args });
    const firstFew = await workspace.ingest(few, 'few-out', { url, args });
    const edit = editor(few);

    const results = await interleave(rounds, {
      unchanged: async () => {
        const result = await workspace.ingest(many, 'many-out', { url, args });
        if (result.summary.changed || result.summary.chunks.embedded > 0) {
          throw new Error(`Nothing was edited, but: ${result.stdout}`);
        }
        return result;
      },
      bare: () => hash(many),
      edited: (round) => {
        edit(round);
        return workspace.ingest(few, 'few-out', { url, args });
      },
    });
    const times = (name) => results[name].map(({ seconds }) => seconds);
    const embedded = results.edited.map(({ summary }) => summary.chunks.embedded);
    return {
      title: 'Second run',
      figures: [
        figure('10,000 files, nothing changed', times('unchanged'), 's', { atMost: 1 }),
        figure('… / reading and hashing them', ratios(times('unchanged'), times('bare')), '×'),
        figure('reading and hashing them', times('bare'), 's'),
        figure('one file edited, index of 20,000 chunks', times('edited'), 's', { atMost: 2 }),
        figure('… chunks embedded', embedded, 'chunks', { atMost: 2 }),
      ],
      notes: [
        `Indexes of ${first.summary.chunks.total} and ${firstFew.summary.chunks.total} chunks, as JSON Lines and NPY; no cache.`,
        'The edit adds one word in the middle of another file each round; the run writes the whole index again.',
      ],
    };
  });
}

/** Adds one word to another file each round. */
function editor(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.md'));
  files.sort();
  return (round) => {
    const path = join(folder, files[(round * 331 + 7) % files.length]);
    const text = readFileSync(path, 'utf8');
    const word = text.indexOf(' ', text.length >> 1) + 1;
    writeFileSync(path, `${text.slice(0, word)}edited${round} ${text.slice(word)}`);
  };
}

await alone(import.meta.url, secondRun);
