// The programs that embed is measured beside, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './process.js';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));

/** The bare client on the texts of a `chunks.jsonl`; its own seconds, which leave out start-up and reading. */
export function bare(chunksFile, url, { batchSize, concurrency, most = '' }) {
  return peer('bare.js', chunksFile, url, batchSize, concurrency, most);
}

/** LangChain.js; its own seconds, which leave out the loading of its modules. */
export function langchain(corpus, out, { url, redisUrl, batchSize, concurrency }) {
  return peer('langchain.js', corpus, out, url, redisUrl, batchSize, concurrency);
}

/** Lists, reads and hashes the files of a folder. */
export function hash(corpus) {
  return peer('hash.js', corpus);
}

/** Reads a corpus and an output, and writes the output's bytes into the new folder `copy`. */
export function copyBytes(corpus, output, copy) {
  return peer('copy.js', corpus, output, copy);
}

/** Installs LangChain.js beside its script, unless that was done before. */
export function installPeers() {
  if (existsSync(`${folder}node_modules/@langchain/ollama`)) return;
  console.error('Installing LangChain.js in benchmarks/peers …');
  const args = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error || status !== 0)
    throw error ?? new Error('npm could not install the packages of benchmarks/peers.');
}

async function peer(script, ...args) {
  const { stdout, peakBytes, cpuSeconds } = await run(process.execPath, [folder + script, ...args]);
  return { ...JSON.parse(stdout), peakBytes, cpuSeconds };
}
