// Locks whose owner's name is a path, an endless chain, or another's words.
import { lockText, outputCommands, run } from '../formats/output.js';
import { foreign, foreignText } from '../lib/words.js';

export async function play(c) {
  const { random } = c;
  c.index();
  const way = random.pick(['plant', 'endless', 'circle', 'words', 'words', 'shape', 'future']);
  c.subject = `lock: ${way}`;
  if (way === 'plant') {
    const nonce = random.pick(['/../../../../victim/planted', '/../../../docs/planted', '/../../planted']);
    c.write(`${run}/lock`, lockText({ nonce }));
    // What makes a path of `lock-after-` and the nonce exist.
    if (random.chance(0.5)) c.write(`${run}/lock-after-/x`, '');
  } else if (way === 'endless') {
    c.write(`${run}/lock`, lockText({ nonce: random.pick(['/../lock', '/../../.run/lock', '/.././lock']) }));
    c.write(`${run}/lock-after-/x`, '');
  } else if (way === 'circle') {
    c.write(`${run}/lock`, lockText({ nonce: 'aaaaaaaaaaaaaaaa' }));
    c.write(`${run}/lock-after-aaaaaaaaaaaaaaaa`, lockText({ nonce: 'bbbbbbbbbbbbbbbb' }));
    c.write(`${run}/lock-after-bbbbbbbbbbbbbbbb`, lockText({ nonce: 'aaaaaaaaaaaaaaaa' }));
  } else if (way === 'words') {
    // Of another boot, so that only its age says whether its owner lives: it was just touched.
    c.write(`${run}/lock`, lockText({ host: foreignText(random), boot: 'other', started: foreign(random) }));
  } else if (way === 'shape') {
    const field = random.pick(['host', 'pid', 'boot', 'namespace', 'started', 'nonce']);
    c.write(
      `${run}/lock`,
      lockText({
        [field]: random.pick([null, 5, [], {}, -1, 1e300, '', '\0', 'x'.repeat(random.size(1_000_000))]),
      }),
    );
  } else {
    c.write(`${run}/lock`, random.pick(['', '{', 'null', '[]', random.bytes(random.size(5000))]));
  }
  for (const args of outputCommands(random)) await c.embed(args);
}
