// Commit records whose checksum is right and whose names lead elsewhere, or are no names at all.
import { createHash } from 'node:crypto';
import { out, outputCommands, recordText, run } from '../formats/output.js';
import { foreign } from '../lib/words.js';

const victims = [
  'victim',
  'victim/bashrc',
  'victim/photos',
  'victim/.run',
  'work/docs',
  'work/docs/page-1.md',
];
const bad = [5, null, true, [], {}, '', '.', '..', '/', 'a\0b', '__proto__', 1e300, [null], 'x'.repeat(5000)];

export async function play(c) {
  const { random } = c;
  c.index();
  // A file as it must be, where a name outside leads to: the record's sum is to fit.
  const planted = Buffer.from('planted\n');
  const sum = { bytes: planted.length, sha256: createHash('sha256').update(planted).digest('hex') };
  const record = { stage: `stage-${random.hex(16)}`, files: [], remove: [] };
  const victim = random.pick(victims);
  const way = random.pick(['remove', 'stage', 'files', 'whole', 'link', 'shape', 'text', 'mixed']);
  c.subject = `record: ${way}`;
  if (way === 'remove' || way === 'mixed') {
    record.remove = random.some(
      [`../../${victim}`, `./../../${victim}`, `.run/../../../${victim}`, 'docs/../../docs'],
      2,
    );
    if (random.chance(0.3)) record.remove.push(c.path(victim));
  }
  if (way === 'stage' || way === 'mixed') {
    record.stage = random.pick([
      `../../../${victim}`,
      `stage-1/../../../../${victim}`,
      `stage-/../../../../${victim}`,
      '..',
      '.',
      '',
    ]);
  }
  if (way === 'files') {
    record.stage = random.pick(['a/b/c', 'stage-0123456789abcdef']);
    const name = random.pick([
      '../../victim/bashrc',
      '../../work/docs/page-1.md',
      '../../victim/new',
      'page.html',
    ]);
    record.files = [{ name, ...sum }];
    c.write(`${run}/${record.stage}/x`, planted);
    c.write(`${run}/${record.stage}/${name}`.replaceAll('..', 'up'), planted);
    // Where the name leads to from the stage, inside `.run`.
    if (record.stage === 'a/b/c') c.write(`${run}/a/${name.replace('../../', '')}`, planted);
  }
  if (way === 'whole')
    record.remove = random.some(['', '.', './', '.run', 'chunks.jsonl', 'manifest.json'], 2);
  if (way === 'link') {
    c.link(`${run}/${record.stage}`, random.pick(['../../../victim', '../../../victim/photos']));
    record.files = [{ name: 'chunks.jsonl', ...sum }];
    if (random.chance(0.5)) record.remove = [`.run/${record.stage}/bashrc`];
  }
  if (way === 'shape') {
    const place = random.pick(['stage', 'files', 'remove', 'format']);
    record[place] = random.pick([
      random.pick(bad),
      [random.pick(bad)],
      [{ name: random.pick(bad), ...sum }],
      undefined,
    ]);
  }
  const text = random.pick([
    '{}',
    '[null]',
    'null',
    '"',
    `{"format":1,"stage":${'['.repeat(100_000)}`,
    foreign(random),
  ]);
  c.write(`${run}/commit`, recordText(way === 'text' ? text : record));
  for (const args of outputCommands(random)) await c.embed(args);
  if (way === 'whole' && !c.has(`${out}/manifest.json`)) c.find('victims', 'the whole output is gone');
}
