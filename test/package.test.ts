// The package as it is published: what `npm pack` takes, unpacked into an empty folder. Its dependencies are
// linked from the checkout, and none but those that it declares for its users: what is missing in the package
// or declared for developers only fails here, without a registry.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minVersion, satisfies } from 'semver';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'embed-package-')));
  const npm = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(execFileSync('npm', npm, { cwd: root, encoding: 'utf8' }));
  const modules = join(folder, 'node_modules');
  const place = join(modules, packageJson.name);
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', place, '--strip-components=1']);
  execFileSync(process.execPath, [join(root, 'scripts/bundle.js'), join(place, 'dist')]);
  for (const name of Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies })) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  mkdirSync(join(modules, '.bin'));
  symlinkSync(`../${packageJson.name}/${packageJson.bin.embed}`, join(modules, '.bin/embed'));
  // As in a project: where packages lie without one, they are global.
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs/harbour.md'), '# Harbour\n\nThe harbour is behind the mill.\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs in the folder, with a home that is empty. */
function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: join(folder, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const embed = (...args: string[]) => run(join(folder, 'node_modules/.bin/embed'), ...args);

test('is called embed-ingest, and its one command embed', () => {
  expect(packageJson.name).toBe('embed-ingest');
  expect(Object.keys(packageJson.bin)).toEqual(['embed']);
  expect(embed('--version').trim()).toBe(packageJson.version);
});

test('runs as a bundle of its modules, which are run where they were compiled later', () => {
  const dist = join(folder, 'node_modules', packageJson.name, 'dist');
  renameSync(join(dist, 'cli'), join(dist, 'absent'));
  try {
    expect(embed('ingest', '--help')).toContain('Usage: embed ingest');
    writeFileSync(join(dist, '.tsbuildinfo'), '');
    expect(() => embed('ingest', '--help')).toThrow(/ERR_MODULE_NOT_FOUND/);
  } finally {
    renameSync(join(dist, 'absent'), join(dist, 'cli'));
    rmSync(join(dist, '.tsbuildinfo'), { force: true });
  }
});

test('every link of a page in it leads to a file in it', () => {
  const place = join(folder, 'node_modules', packageJson.name);
  const pages = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(place, page), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)]
      .map(([, link]) => join(dirname(page), link!))
      .filter((link) => !existsSync(join(place, link)))
      .map((link) => `${page}: ${link}`),
  );
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/ingest.md', 'benchmarks/RESULTS.md']));
  expect(broken).toEqual([]);
});

test('indexes and answers by the embedder in it', () => {
  const { chunks } = JSON.parse(embed('ingest', './docs', '--embedder', 'builtin', '--json'));
  expect(chunks.total).toBe(1);
  // Its places by vectors and by words stand between.
  expect(embed('search', 'Where is the harbour?')).toMatch(/docs\/harbour\.md:1 .* {2}Harbour$/m);
  expect(embed('verify')).toContain('fine (1 document, 1 row)');
});

test('says what is to be installed for agents', () => {
  expect(() => embed('mcp')).toThrow('`npm i @modelcontextprotocol/sdk@1.32.2`');
});

test('is imported by its name, and nothing else of it is', () => {
  const code = `const all = await import('embed-ingest');
    const inner = await import('embed-ingest/dist/index.js').catch(({ code }) => code);
    console.log(typeof all.BatchOrchestrator, typeof all.ingest, inner);`;
  const printed = run(process.execPath, '--input-type=module', '-e', code);
  expect(printed).toBe('function function ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

test('has the schema of a configuration file where the example points to', () => {
  const place = join(folder, 'node_modules', packageJson.name);
  const { $schema } = JSON.parse(readFileSync(join(place, '.batchrc.example.json'), 'utf8'));
  const path = realpathSync(join(folder, $schema));
  expect(JSON.parse(readFileSync(path, 'utf8')).properties).toHaveProperty('batchSize');
  const code = `import { createRequire } from 'node:module';
    console.log(createRequire(process.cwd() + '/x').resolve('embed-ingest/batchrc.schema.json'));`;
  expect(run(process.execPath, '--input-type=module', '-e', code).trim()).toBe(path);
});

test('holds the program and its pages, and no tests', () => {
  const names = readdirSync(join(folder, 'node_modules', packageJson.name)).sort();
  expect(names).toEqual(
    expect.arrayContaining([
      '.batchrc.example.json',
      'batchrc.schema.json',
      'CHANGELOG.md',
      'SECURITY.md',
      'LICENSE',
      'README.md',
      'bin',
      'deploy',
      'dist',
      'docs',
    ]),
  );
  for (const absent of ['test', 'src', 'node_modules']) expect(names).not.toContain(absent);
  // Pages link to the figures; what measures them needs the checkout.
  expect(readdirSync(join(folder, 'node_modules', packageJson.name, 'benchmarks'))).toEqual(['RESULTS.md']);
});

test('depends on nothing that needs a newer Node than it does itself, wherever it is installed', () => {
  const oldest = minVersion(packageJson.engines.node)!.version;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const used = Object.entries<{ dev?: boolean; engines?: { node?: string } }>(packages);
  const newer = used
    .filter(([, { dev, engines }]) => !dev && engines?.node && !satisfies(oldest, engines.node))
    .map(([place, { engines }]) => `${place} needs ${engines?.node}`);
  expect(newer).toEqual([]);
  // An override holds in this checkout only: users get what the dependencies ask for.
  // The one that is left concerns an accelerator of the disk cache's, which does without it.
  const isUsed = (name: string) => used.some(([place, { dev }]) => !dev && place === `node_modules/${name}`);
  expect(Object.keys(packageJson.overrides).filter(isUsed)).toEqual(['msgpackr-extract']);
});
