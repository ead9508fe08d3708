// One command under watch: its time, the memory of all its processes, what it prints, and whether it obeys
// SIGTERM. Whatever it started is gone when this is done.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const sampleMs = 40;
/** More output than this is thrown away, and told as its length. */
const maxOutput = 32 * 1024 * 1024;

/**
 * @param options `cwd`, `env`; `stopMs`: when SIGTERM is sent; `obeyMs`: how long it may then take;
 *   `memoryBytes`: at which it is ended; `input`: for standard input; `drive`: what is done to it meanwhile,
 *   after which SIGTERM is sent
 * @returns `code`, `signal`, `stdout`, `stderr` (Buffers), `ms`, `peakBytes`, `stopped` (SIGTERM was sent),
 *   `obeyed` (undefined where it wasn't asked), `outgrown` (it was ended for its memory)
 */
export async function watch(file, args, options) {
  const start = performance.now();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what it started can be ended with it.
    detached: true,
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const seen = { peakBytes: 0, stopped: false, obeyed: undefined, outgrown: false };
  const stop = () => {
    if (seen.stopped || child.exitCode !== null) return;
    seen.stopped = true;
    seen.obeyed = true;
    child.kill('SIGTERM');
    timers.push(
      setTimeout(() => {
        seen.obeyed = false;
        endGroup(child.pid);
      }, options.obeyMs),
    );
  };
  const timers = [
    setInterval(() => {
      const bytes = treeBytes(child.pid);
      seen.peakBytes = Math.max(seen.peakBytes, bytes);
      if (bytes <= options.memoryBytes) return;
      seen.outgrown = true;
      endGroup(child.pid);
    }, sampleMs),
    setTimeout(stop, options.stopMs),
  ];
  const driven = options.drive?.(child).finally(stop);
  const orphaned = () => endGroup(child.pid);
  process.once('exit', orphaned);
  const { code, signal } = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ms = performance.now() - start;
  for (const timer of timers) clearTimeout(timer);
  process.off('exit', orphaned);
  await driven;
  // Workers that outlive it would hold its pipes open.
  endGroup(child.pid);
  return { ...seen, code, signal, ms, stdout: await stdout, stderr: await stderr };
}

/** Resident memory of a process and all that descend from it, in bytes. */
function treeBytes(pid) {
  let bytes = 0;
  for (const one of family(pid)) {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${one}/status`));
    if (match) bytes += Number(match[1]) * 1024;
  }
  return bytes;
}

function family(pid) {
  const found = [pid];
  for (let at = 0; at < found.length; at++) {
    for (const task of list(`/proc/${found[at]}/task`)) {
      for (const child of read(`/proc/${found[at]}/task/${task}/children`).split(' ')) {
        if (child.trim() !== '') found.push(Number(child));
      }
    }
  }
  return found;
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them are gone.
  }
}

async function collect(stream) {
  const parts = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes <= maxOutput) parts.push(part);
  }
  return Buffer.concat(parts);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
