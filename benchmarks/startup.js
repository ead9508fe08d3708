// What it costs to start: the version, which every script asks for, and the help.
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { run } from './lib/process.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

/** A start takes so little that the best of several says more than each. */
const starts = 7;

export function startup({ rounds = 5 } = {}) {
  return inWorkspace(async (workspace) => {
    const node = () => run(process.execPath, ['-e', '0'], { env: { PATH: process.env.PATH } });
    const results = await interleave(rounds, {
      node: () => best(node),
      version: () => best(() => workspace.embed(['--version'])),
      help: () => best(() => workspace.embed(['--help'])),
      ingestHelp: () => best(() => workspace.embed(['ingest', '--help'])),
    });
    const times = (name) => results[name];
    const ratio = (name) => ratios(times(name), times('node'));
    return {
      title: 'Start-up',
      figures: [
        figure('embed --version / node -e 0', ratio('version'), '×', { atMost: 2 }),
        figure('embed --help / node -e 0', ratio('help'), '×'),
        figure('embed ingest --help / node -e 0', ratio('ingestHelp'), '×'),
        figure(
          'node -e 0',
          times('node').map((seconds) => seconds * 1000),
          'ms',
        ),
      ],
      notes: [`Each value is the best of ${starts} starts.`],
    };
  });
}

async function best(start) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < starts; i++) least = Math.min(least, (await start()).seconds);
  return least;
}

await alone(import.meta.url, startup);
