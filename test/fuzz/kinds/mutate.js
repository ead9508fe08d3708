// A file of an output, or of the cache, with bits, bytes, lines or values changed.
import { readFileSync } from 'node:fs';
import { out, outputCommands } from '../formats/output.js';
import { foreignText } from '../lib/words.js';

const files = ['manifest.json', 'manifest.json', 'chunks.jsonl', 'vectors.npy'];
const values = [
  null,
  true,
  -1,
  0,
  1e15,
  2 ** 53,
  1.5,
  '',
  '\0',
  [],
  {},
  [[]],
  'x',
  '__proto__',
  '../../victim',
];

export async function play(c) {
  const { random } = c;
  c.index();
  const file = random.pick(files);
  const bytes = readFileSync(c.path(out, file));
  const way = random.pick(
    file === 'vectors.npy'
      ? ['bits', 'cut', 'grow', 'sparse']
      : ['bits', 'cut', 'grow', 'sparse', 'values', 'values', 'lines', 'words', 'deep'],
  );
  c.subject = `mutate: ${file}, ${way}`;
  c.write(`${out}/${file}`, changed(way, bytes, random));
  if (way === 'sparse')
    c.sparse(`${out}/${file}`, random.pick([3e9, 6e9, 600e9]), random.chance(0.5) ? bytes : '');
  if (way === 'sparse' && file === 'chunks.jsonl') bigDocument(c);
  if (random.chance(0.3)) c.write('work/docs/page-1.md', 'Another page now.\n');
  for (const args of outputCommands(random)) await c.embed(args);
}

/** The manifest agrees with a sparse file: one document of gigabytes. */
function bigDocument(c) {
  const size = c.random.pick([3e9, 6e9]);
  c.sparse(`${out}/chunks.jsonl`, size);
  const text = readFileSync(c.path(out, 'manifest.json'), 'utf8');
  const head = text.slice(0, text.indexOf('"documents":['));
  const entries = /"documents":\[\n([\s\S]*?)\n\],\n/.exec(text)?.[1]?.split(',\n') ?? [];
  const first = JSON.parse(entries[0]);
  const others = entries.slice(1).reduce((sum, entry) => sum + JSON.parse(entry).bytes, 0);
  entries[0] = JSON.stringify({ ...first, bytes: size - others });
  const sum = `"chunks.jsonl":{"bytes":${size},`;
  const changedHead = head.replace(/"chunks\.jsonl":\{"bytes":\d+,/, sum);
  c.write(
    `${out}/manifest.json`,
    `${changedHead}"documents":[\n${entries.join(',\n')}\n],\n${text.split('\n],\n')[1]}`,
  );
}

function changed(way, bytes, random) {
  if (way === 'cut') return bytes.subarray(0, random.int(0, bytes.length));
  if (way === 'grow') return Buffer.concat([bytes, random.bytes(random.size(100_000))]);
  if (way === 'bits') {
    const copy = Buffer.from(bytes);
    for (let left = random.int(1, 8); left > 0; left--)
      copy[random.int(0, copy.length - 1)] ^= 1 << random.int(0, 7);
    return copy;
  }
  if (way === 'deep') return Buffer.from(bytes.toString().replace(/\[|\{/, '['.repeat(200_000)));
  if (way === 'lines') {
    const lines = bytes.toString().split('\n');
    return lines
      .flatMap((line) => (random.chance(0.1) ? [] : random.chance(0.1) ? [line, line] : [line]))
      .join('\n');
  }
  if (way === 'words') {
    const words = JSON.stringify(foreignText(random));
    return bytes
      .toString()
      .replace(
        random.pick([/docs\/page-1\.md/g, /"source":"[^"]*"/g, /"heading":\[[^\]]*\]/g, /fuzz:latest/g]),
        (found) =>
          found.startsWith('"source')
            ? `"source":${words}`
            : found.startsWith('"heading')
              ? `"heading":[${words}]`
              : words.slice(1, -1),
      );
  }
  // One value of the JSON for another.
  const text = bytes.toString();
  const places = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|-?\d+|\[|\{)/g)];
  const place = random.pick(places);
  if (place === undefined || way !== 'values') return bytes;
  return `${text.slice(0, place.index + 1)}${JSON.stringify(random.pick(values))}${text.slice(place.index + place[0].length)}`;
}
