// What it costs to start: the version, which every script asks for, and the help.
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { run } from './lib/process.js';
import { interleave, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

export function startup({ rounds = 15 } = {}) {
  return inWorkspace(async (workspace) => {
    const results = await interleave(rounds, {
      node: () => run(process.execPath, ['-e', '0'], { env: { PATH: process.env.PATH } }),
      version: () => workspace.embed(['--version']),
      help: () => workspace.embed(['--help']),
      ingestHelp: () => workspace.embed(['ingest', '--help']),
    });
    const times = (name) => results[name].map(({ seconds }) => seconds);
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
    };
  });
}

await alone(import.meta.url, startup);
