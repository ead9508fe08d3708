// Plays random attacks on the real command line, and prints each fault that the oracles see as one line:
// node test/fuzz/fuzz.js [--minutes 60] [--seed N] [--cli bin/embed.js] [--kind NAME…] [--case N] [--keep]
//
// A case follows from its kind and its number alone: `--kind record --case 17` plays one again, and `--keep`
// leaves its folder. Exits with 1 where there was a finding.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kinds } from './kinds/index.js';
import { Case } from './lib/case.js';
import { Findings } from './lib/findings.js';
import { Random } from './lib/random.js';
import { Session } from './lib/session.js';

/** Faults of time and memory on a busy machine are believed when they show twice. */
const doubtful = ['slow', 'sigterm', 'memory', 'hang'];
const calibrateEveryMs = 60_000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cli: { type: 'string', default: fileURLToPath(new URL('../../bin/embed.js', import.meta.url)) },
    kind: { type: 'string', multiple: true, default: Object.keys(kinds) },
    case: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
for (const name of flags.kind) {
  if (!(name in kinds)) throw new Error(`no kind "${name}": there are ${Object.keys(kinds).join(', ')}`);
}

const findings = new Findings();
let played = 0;
const session = new Session(resolve(flags.cli));
process.once('exit', () => session.remove(flags.keep));
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () => {
    console.log(`stopped: ${played} runs, ${findings.size} findings`);
    process.exit(130);
  });
}
// As above, where a server of a case fails.
process.on('uncaughtException', (error) => {
  findings.add(
    [{ kind: 'any', subject: 'fuzzer', oracle: 'fuzzer', what: String(error.stack), command: '' }],
    '?',
  );
});
await session.start();
const deadline = performance.now() + Number(flags.minutes) * 60_000;
const random = new Random(`order/${flags.seed}`);
console.log(`seed ${flags.seed}, ${flags.minutes} min, ${flags.kind.join(' ')}`);
let calibrated = performance.now();

if (flags.case !== undefined) {
  for (const kind of flags.kind) findings.add(await play(kind, Number(flags.case)), Number(flags.case));
} else {
  // Two at a time: most cases wait for something.
  await Promise.all([attack(), attack()]);
}
await session.stop();
console.log(`${played} runs, ${findings.size} findings`);
process.exit(findings.size > 0 ? 1 : 0);

async function attack() {
  while (performance.now() < deadline) {
    const kind = random.pick(flags.kind);
    const seed = random.next();
    let found = await play(kind, seed);
    if (found.some(({ oracle }) => doubtful.includes(oracle)) && findings.hasNew(found)) {
      await session.calibrate();
      const again = await play(kind, seed);
      found = found.filter(
        (one) => !doubtful.includes(one.oracle) || again.some(({ oracle }) => doubtful.includes(oracle)),
      );
    }
    findings.add(found, seed);
    if (performance.now() - calibrated > calibrateEveryMs) {
      calibrated = performance.now();
      await session.calibrate();
    }
  }
}

async function play(kind, seed) {
  played++;
  const one = new Case(session, kind, seed, session.caseFolder());
  try {
    await kinds[kind](one);
  } catch (error) {
    // A fault of the fuzzer's own: told, and no reason to stop before the time is over.
    one.find(
      'fuzzer',
      error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim()}` : String(error),
    );
  } finally {
    if (flags.keep) console.log(`kept: ${one.root}`);
    await one.end(flags.keep);
  }
  return one.findings;
}
