// Corpora, made once per machine by corpus.py and kept in the temp folder for later runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const maker = fileURLToPath(new URL('../corpus.py', import.meta.url));

/**
 * A folder of `files` Markdown files of about `bytes` each, in 20 subfolders.
 * The benchmarks leave it as it is: copy it to change files.
 */
export function corpus(files, bytes = 6000) {
  const kept = join(tmpdir(), 'embed-benchmark-corpora');
  const version = createHash('sha256').update(readFileSync(maker)).digest('hex').slice(0, 8);
  const folder = join(kept, `${version}-${files}-of-${bytes}`);
  if (existsSync(folder)) return folder;
  mkdirSync(kept, { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  const { error, status } = spawnSync('python3', [maker, unfinished, files, bytes], { stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    throw new Error('The benchmark corpus is made from the docstrings of Python: install python3.');
  }
  if (error || status !== 0) throw error ?? new Error(`corpus.py failed with exit code ${status}.`);
  renameSync(unfinished, folder);
  return folder;
}
