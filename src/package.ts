// What is known of the package itself: fields of its package.json, and how it was installed. Imports none of our files, so
// that every layer can use it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Package {
  name: string;
  version: string;
  engines: { node: string };
}

export function readPackage(): Package {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Package;
}

/**
 * The command that puts an optional package where this program finds it.
 * @param packages names with versions, as npm takes them
 * @param root folder of this program
 */
export function installCommand(
  packages: readonly string[],
  root = fileURLToPath(new URL('..', import.meta.url)),
): string {
  const found = /^(.*)[\\/]node_modules[\\/]/s.exec(root)?.[1];
  // npx keeps each set of packages in a folder of its own.
  if (found !== undefined && /[\\/]_npx[\\/][^\\/]+$/.test(found)) {
    return `npx -p embed-ingest ${packages.map((one) => `-p ${one}`).join(' ')} embed …`;
  }
  // Global packages belong to no project.
  const isGlobal = found !== undefined && !existsSync(join(found, 'package.json'));
  return `npm i ${isGlobal ? '-g ' : ''}${packages.join(' ')}`;
}
