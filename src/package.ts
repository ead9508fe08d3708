// Fields of package.json. Imports none of our files, so that every layer can use it.
import { readFileSync } from 'node:fs';

export interface Package {
  name: string;
  version: string;
  engines: { node: string };
}

export function readPackage(): Package {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Package;
}
