// Soaks with many seeds, beside loops that keep the processor busy:
// `npm run soak -- [--seeds 50] [--from 1] [--seconds 20] [--busy 4] [--hang | --workers]`; `--hang` runs the soak with
// servers that hang, `--workers` that with workers that are killed, instead of that with random faults.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '50' },
    from: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
    busy: { type: 'string', default: '4' },
    hang: { type: 'boolean', default: false },
    workers: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const file = flags.workers
  ? 'test/soak/workers.soak.ts'
  : flags.hang
    ? 'test/soak/hang.soak.ts'
    : 'test/orchestrator/soak.test.ts';

const busy = Array.from({ length: Number(flags.busy) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
const stop = () => {
  for (const one of busy) one.kill('SIGKILL');
};
process.once('exit', stop);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const from = Number(flags.from);
let failed = 0;
for (let seed = from; seed < from + Number(flags.seeds); seed++) {
  const { code, said } = await soak(seed);
  const facts = said.split('\n').filter((line) => /texts (asked|answered)|requests a second/.test(line));
  const why = /^\s*(?:→|.*Error:) .*$/m.exec(said)?.[0].trim();
  console.log(`seed ${seed}: ${code === 0 ? 'passed' : `FAILED: ${why ?? `exit ${code}`}`}`);
  for (const fact of facts) console.log(`  ${fact.trim()}`);
  if (code !== 0) failed++;
}
console.log(`${Number(flags.seeds) - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** One seed, in a process of its own. */
function soak(seed) {
  const args = [vitest, 'run', file, '--config', 'test/soak/vitest.config.ts'];
  const env = { ...process.env, SOAK_SEED: String(seed), SOAK_SECONDS: flags.seconds, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
