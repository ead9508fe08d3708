// Child processes that are timed and watched: how long, how much of the processor, how much memory.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const sampleMs = 50;
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * Runs a command to its end.
 * @returns seconds of the whole process, its standard output, seconds of processor time by all of its
 *   threads, and samples of its anonymous memory `{ seconds, bytes }` with their peak; as of the last sample,
 *   and nothing where /proc is missing
 * @throws {Error} with its standard error when it exits with anything but 0
 */
export async function run(file, args, options = {}) {
  const start = performance.now();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  const samples = [];
  let cpuSeconds = 0;
  const timer = setInterval(() => {
    const bytes = anonymousBytes(child.pid);
    if (bytes === undefined) return;
    samples.push({ seconds: (performance.now() - start) / 1000, bytes });
    cpuSeconds = processorSeconds(child.pid) ?? cpuSeconds;
  }, options.sampleMs ?? sampleMs);
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const seconds = (performance.now() - start) / 1000;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${code}:\n${await stderr}`);
    return { seconds, stdout: await stdout, samples, cpuSeconds, peakBytes: peak(samples) };
  } finally {
    clearInterval(timer);
    process.off('exit', kill);
  }
}

/** Memory of a process that belongs to no file, in bytes (Linux only). */
function anonymousBytes(pid) {
  const match = /^RssAnon:\s+(\d+) kB/m.exec(about(pid, 'status'));
  return match ? Number(match[1]) * 1024 : undefined;
}

/** All memory of a process that is in use, with that of files (Linux only). */
export function residentMib(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(about(pid, 'status'))[1]) / 1024;
}

/** User and system time of all threads of a process (Linux only). */
export function processorSeconds(pid) {
  // Behind the name, which may hold anything: state is the 3rd field, the times are the 14th and 15th.
  const fields = about(pid, 'stat').split(') ').at(-1).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? undefined : ticks / ticksPerSecond;
}

function about(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
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
 * @returns that line, `stop()`, and the process
 */
export async function serve(file, args, { ready = /\n/, ...options } = {}) {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
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
  return { line, stop, child };
}
