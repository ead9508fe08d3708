// Child processes that are timed and watched: how long, and how much memory of their own.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SAMPLE_MS = 50;

/**
 * Runs a command to its end.
 * @returns seconds of the whole process, its standard output, and samples of its anonymous memory
 *   `{ seconds, bytes }`; no samples where /proc is missing
 * @throws {Error} with its standard error when it exits with anything but 0
 */
export async function run(file, args, options = {}) {
  const start = performance.now();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const samples = [];
  const timer = setInterval(() => {
    const bytes = anonymousBytes(child.pid);
    if (bytes !== undefined) samples.push({ seconds: (performance.now() - start) / 1000, bytes });
  }, options.sampleMs ?? SAMPLE_MS);
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const seconds = (performance.now() - start) / 1000;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${code}:\n${await stderr}`);
    return { seconds, stdout: await stdout, samples, peakBytes: peak(samples) };
  } finally {
    clearInterval(timer);
  }
}

/** Memory of a process that no file stands behind, in bytes (Linux only). */
function anonymousBytes(pid) {
  let status;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
  const match = /^RssAnon:\s+(\d+) kB/m.exec(status);
  return match ? Number(match[1]) * 1024 : undefined;
}

function peak(samples) {
  return samples.reduce((most, { bytes }) => Math.max(most, bytes), 0);
}

async function text(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

/**
 * Starts a server that prints a line when it is ready, and ends it with this process at the latest.
 * @returns that line, and `stop()`
 */
export async function serve(file, args, { ready = /\n/, ...options } = {}) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line = await new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${file} exited with ${code} before it was ready:\n${said}`)),
    );
    child.stdout.on('data', (part) => {
      said += part;
      if (ready.test(said)) resolve(said);
    });
  });
  const stop = async () => {
    process.off('exit', kill);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  };
  return { line, stop };
}
