// Files as other programs save them, for formats of which packages hold none.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

const programs = {
  soffice: (file, target) => [
    '--headless',
    '--convert-to',
    extname(target).slice(1),
    '--outdir',
    dirname(target),
    file,
  ],
  pandoc: (file, target) => ['-s', '-o', target, file],
  abiword: (file, target) => [`--to=${extname(target).slice(1)}`, '-o', target, file],
  ssconvert: (file, target) => [file, target],
};

/**
 * @param by name of the program
 * @param to ending of the new file: `rtf`
 * @param folder for the new file
 * @returns the new file, in a list; none where the program doesn't read this one
 */
export function converted(file, { by, to }, folder) {
  const target = join(folder, `converted-${by}`, `${basename(file, extname(file))}.${to}`);
  if (!existsSync(target)) {
    mkdirSync(dirname(target), { recursive: true });
    const { error } = spawnSync(by, programs[by](file, target), { stdio: 'ignore', timeout: 120_000 });
    if (error) throw error;
  }
  return existsSync(target) ? [target] : [];
}
