// Rows of the other splitters, kept on disk: one of them takes minutes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './corpora.js';

const inputs = ['corpora.json', 'package.json', 'lib/peers.js', 'lib/systems.js'];

/** What `make` gives, or gave before with the same packages, corpora and scripts. */
export async function keptRows(name, make) {
  const hash = createHash('sha256').update(name);
  for (const input of inputs) hash.update(readFileSync(new URL(`../${input}`, import.meta.url)));
  const file = join(cacheFolder, 'rows', `${hash.digest('hex').slice(0, 16)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const rows = await make();
  mkdirSync(join(cacheFolder, 'rows'), { recursive: true });
  writeFileSync(file, JSON.stringify(rows));
  return rows;
}
