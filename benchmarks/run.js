// All benchmarks, one after the other: `npm run bench -- [--save] [--slow] [--only NAME…]`.
// --save writes RESULTS.md; --slow runs those of many minutes, and the one that needs a registry, too.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adaptive } from './adaptive.js';
import { gateway } from './gateway.js';
import { install } from './install.js';
import { report } from './lib/figures.js';
import { installPeers } from './lib/peers.js';
import { memory } from './memory.js';
import { openai } from './openai.js';
import { orchestrator } from './orchestrator.js';
import { pipeline } from './pipeline.js';
import { realServer } from './real-server.js';
import { secondRun } from './second-run.js';
import { sickServer } from './sick-server.js';
import { spinningServer } from './spinning-server.js';
import { startup } from './startup.js';
import { warmCache } from './warm-cache.js';

const whole = {
  startup,
  pipeline,
  realServer,
  secondRun,
  warmCache,
  orchestrator,
  openai,
  adaptive,
  gateway,
};
const slow = { memory, sickServer, spinningServer, install };
const own = ['run', ...Object.keys({ ...whole, ...slow })].map(
  (name) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.js`,
);
/** Scripts that measure one part, and print in their own way. */
const parts = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.js') && !own.includes(file))
  .map((file) => file.slice(0, -3));
/** Such scripts that take long and need a registry. */
const slowParts = ['retrieval/run'];

const { values: flags } = parseArgs({
  options: {
    save: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const wanted = (name) => flags.only?.includes(name) ?? true;

if (wanted('pipeline')) installPeers();
const sections = [machine()];
console.log(sections[0]);
for (const [name, benchmark] of Object.entries({ ...whole, ...(flags.slow && slow) })) {
  if (wanted(name)) add(report(await benchmark()));
}
for (const name of [...parts, ...(flags.slow ? slowParts : [])]) {
  const script = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  if (wanted(name) && existsSync(script)) add(part(name, script));
}
if (flags.save) writeFileSync(new URL('RESULTS.md', import.meta.url), `${sections.join('\n').trimEnd()}\n`);

function add(section) {
  sections.push(section);
  console.log(section);
}

function part(name, script) {
  const { status, stdout } = spawnSync(process.execPath, [script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`benchmarks/${name}.js exited with ${status}.`);
  return [`## ${name}.js`, '', '```', stdout.trimEnd(), '```', ''].join('\n');
}

/** What the figures depend on. */
function machine() {
  const versions = (folder, names) => names.map((name) => `${name} ${versionOf(folder, name)}`).join(', ');
  return [
    '# Results of `npm run bench -- --save`',
    '',
    'Every ratio compares runs of the same round, variants in turn; the figure is the median of the rounds.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model}, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()}`,
    `- Node.js ${process.version}, ${redisVersion()}`,
    `- ${versions('../', ['undici', 'ioredis', 'lmdb', 'onnxruntime-node'])}`,
    `- measured beside: ${versions('peers/', ['@langchain/core', '@langchain/classic', '@langchain/ollama'])}`,
    '',
  ].join('\n');
}

function versionOf(folder, name) {
  const file = new URL(`${folder}node_modules/${name}/package.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : '(not installed)';
}

function redisVersion() {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return `Redis ${/v=(\S+)/.exec(stdout ?? '')?.[1] ?? '(not installed)'}`;
}
