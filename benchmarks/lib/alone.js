// Lets a benchmark run on its own: `node benchmarks/startup.js [--rounds N]`.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report } from './figures.js';

/** Runs and prints `benchmark` when its module is the one that Node was started with. */
export async function alone(moduleUrl, benchmark) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  const { values } = parseArgs({ options: { rounds: { type: 'string' } } });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  console.log(report(await benchmark({ rounds })));
}
