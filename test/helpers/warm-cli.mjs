// The command line in a process that stays: it has the program loaded, and runs one command after the other. Each has its
// own folder and environment, and is over when nothing of it keeps the process alive any more. One that ends its process
// ends this one.
import { setTimeout as sleep } from 'node:timers/promises';
import { compilePatiently } from '../../dist/cli/compile-budget.js';
import { run } from '../../dist/cli/program.js';

const { exit } = process;
compilePatiently();
process.on('message', async ({ args, cwd, env }) => {
  const text = { stdout: '', stderr: '' };
  const restore = Object.keys(text).map((name) => caught(process[name], (part) => (text[name] += part)));
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  process.exit = (code) => process.send({ code, ...text, isLast: true }, () => exit());
  const before = active();
  await run([process.execPath, 'embed', ...args]);
  while (!isWithin(active(), before)) await sleep(1, undefined, { ref: false });
  for (const one of restore) one();
  process.removeAllListeners('uncaughtException');
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  process.chdir('/');
  process.send({ code, ...text });
});
process.on('disconnect', () => exit());
process.send('ready');

/** Writes to a stream are given to `onPart` instead. @returns what ends that */
function caught(stream, onPart) {
  const { write } = stream;
  stream.write = (part, encoding, done) => {
    onPart(Buffer.from(part, typeof encoding === 'string' ? encoding : 'utf8').toString());
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  };
  return () => {
    stream.write = write;
    stream.removeAllListeners('error');
  };
}

/** Kinds of what keeps this process alive, each as often as there is one. */
function active() {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate');
}

function isWithin(now, before) {
  const left = [...before];
  return now.every((kind) => {
    const place = left.indexOf(kind);
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  });
}
