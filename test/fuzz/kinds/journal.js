// Journals with right checksums and wrong vectors, frames without end, and links in a journal's place.
import { readFileSync } from 'node:fs';
import { journalFrame, journalHeader, out, run, spaceOf } from '../formats/output.js';

export async function play(c) {
  const { random } = c;
  c.index();
  const { id, dimensions } = spaceOf(readFileSync(c.path(out, 'manifest.json'), 'utf8'));
  const rows = readFileSync(c.path(out, 'chunks.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const name = `${run}/journal-${id}`;
  const header = journalHeader(id, dimensions);
  const way = random.pick(['link', 'dangling', 'vectors', 'vectors', 'count', 'bytes', 'header']);
  c.subject = `journal: ${way}`;
  // Only what isn't in the output is taken from a journal: a run from the beginning asks it.
  const args = [
    'ingest',
    'docs',
    '--embedder',
    'ollama',
    '--cache',
    'none',
    ...random.pick([[], ['--json']]),
  ];
  if (way === 'link') c.link(name, random.pick(['../../../victim/bashrc', '../../docs/page-1.md']));
  if (way === 'dangling') c.link(name, random.pick(['../../../victim/new', '../../new']));
  if (way === 'vectors') {
    const lie = random.pick(['zero', 'nan', 'infinity', 'long', 'random']);
    c.subject = `journal: ${lie} vectors`;
    c.write(
      name,
      Buffer.concat([
        header,
        journalFrame(rows.map((row) => [row.metadata.hash, wrong(lie, dimensions, random)])),
      ]),
    );
  }
  if (way === 'count') {
    const frame = Buffer.alloc(8);
    frame.writeUInt32LE(0x454d4246, 0);
    frame.writeUInt32LE(random.pick([0x0fffffff, 0xffffffff, 0x7fffffff, 20_000_000]), 4);
    c.sparse(name, random.pick([600e9, 3e9, 6e9]), Buffer.concat([header, frame]));
  }
  if (way === 'bytes') c.write(name, Buffer.concat([header, random.bytes(random.size(5000))]));
  if (way === 'header') c.write(name, random.bytes(random.size(200)));
  // A document that changed needs vectors, and so a journal; or all do.
  if (random.chance(0.5)) c.write('work/docs/page-9.md', 'A new page.\n');
  if (['link', 'dangling'].includes(way)) c.write('work/docs/page-9.md', 'A new page.\n');
  if (way === 'vectors')
    for (const file of ['manifest.json', 'chunks.jsonl', 'vectors.npy']) c.remove(`${out}/${file}`);
  if (random.chance(0.3)) await c.embed(['doctor', '--fix']);
  await c.embed(args);
}

function wrong(lie, dimensions, random) {
  const vector = new Float32Array(dimensions);
  if (lie === 'nan') vector.fill(Number.NaN);
  if (lie === 'infinity') vector.fill(Number.POSITIVE_INFINITY);
  if (lie === 'long') vector.fill(random.int(2, 1000));
  if (lie === 'random') return random.bytes(dimensions * 4);
  return Buffer.from(vector.buffer);
}
