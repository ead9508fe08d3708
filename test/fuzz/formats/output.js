// The files of an output folder as an attacker writes them: with the right checksums, which have no key.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

export const out = 'work/embeddings';
export const run = `${out}/.run`;

/** The commit record with its checksum. */
export function recordText(record) {
  const body = typeof record === 'string' ? record : JSON.stringify({ format: 1, ...record });
  return `${body}\n${createHash('sha256').update(body).digest('hex')}\n`;
}

/** The lock of a process of this boot that is dead. */
export function lockText(fields) {
  return JSON.stringify({
    host: 'h',
    pid: 999_999,
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    namespace: readlinkSync('/proc/self/ns/pid'),
    started: '1',
    nonce: '0123456789abcdef',
    ...fields,
  });
}

/** The vector space that a manifest names: its id and dimensions. */
export function spaceOf(manifest) {
  const start = manifest.indexOf('"space":') + 8;
  return JSON.parse(manifest.slice(start, manifest.indexOf(',\n"chunking"', start)));
}

export function journalHeader(id, dimensions) {
  const header = Buffer.alloc(64);
  header.write('EMBEDJ01', 0, 'latin1');
  header.writeUInt32LE(dimensions, 8);
  header.write(id, 12, 32, 'latin1');
  header.set(sha256(header.subarray(0, 44)).subarray(0, 16), 44);
  return header;
}

/** A frame whose checksum is right. @param entries `[hash, vector]`: hex and bytes */
export function journalFrame(entries) {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x454d4246, 0);
  head.writeUInt32LE(entries.length, 4);
  const body = Buffer.concat([
    head,
    ...entries.flatMap(([hash, vector]) => [Buffer.from(hash, 'hex'), vector]),
  ]);
  return Buffer.concat([body, sha256(body).subarray(0, 16)]);
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

/** Commands that look at an output; the first ones write it. */
export function outputCommands(random) {
  return random.some(
    [
      ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'],
      ['doctor', '--fix'],
      ['ingest', 'docs', '--embedder', 'ollama', '--dry-run', '--json'],
      ['verify', '--json'],
      ['verify'],
      ['search', 'islands', '--json'],
      ['search', 'harbours'],
      ['doctor', '--json'],
      ['ingest', 'docs', '--embedder', 'ollama', '--rebuild', '--json', '--cache', 'none'],
    ],
    2,
  );
}
