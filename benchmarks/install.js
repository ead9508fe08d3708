// What a user installs: the packed package in an empty folder, by npm, with and without optional dependencies.
// Needs a registry.
import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { run } from './lib/process.js';
import { inWorkspace } from './lib/workspace.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export function install() {
  return inWorkspace(async (workspace) => {
    const npm = (args, cwd) => run('npm', args, { cwd });
    await npm(['pack', '--ignore-scripts', '--pack-destination', workspace.folder], root);
    const tarball = readdirSync(workspace.folder).find((name) => name.endsWith('.tgz'));
    const installed = async (name, ...args) => {
      const folder = workspace.path(name);
      await mkdir(folder);
      await writeFile(join(folder, 'package.json'), '{"private":true}\n');
      const { seconds } = await npm(['install', '--no-audit', '--no-fund', ...args, `../${tarball}`], folder);
      const lock = JSON.parse(await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
      const packages = Object.keys(lock.packages).length;
      await run(join(folder, 'node_modules/.bin/embed'), ['--version'], { env: { PATH: process.env.PATH } });
      return { seconds, packages, megabytes: bytesOf(join(folder, 'node_modules')) / 1e6 };
    };
    const whole = await installed('whole');
    const lean = await installed('lean', '--omit=optional');
    return {
      title: 'Installed',
      figures: [
        figure('the package, packed', [lstatSync(workspace.path(tarball)).size / 1e6], 'MB'),
        figure('installed: packages', [whole.packages], ''),
        figure('installed: size', [whole.megabytes], 'MB'),
        figure('with --omit=optional: packages', [lean.packages], ''),
        figure('with --omit=optional: size', [lean.megabytes], 'MB'),
      ],
      notes: [
        'npm install of what npm pack makes, in an empty folder; sizes are those of the files in node_modules.',
        'The optional ones are the disk cache (lmdb) and the native engine of the built-in embedder (onnxruntime-node).',
      ],
    };
  });
}

function bytesOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? bytesOf(path) : lstatSync(path).size;
  }
  return bytes;
}

await alone(import.meta.url, install);
