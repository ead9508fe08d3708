// Which addresses of configuration files this user was told of: each once, as a line that comes each time is read no more.
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readForeign } from '../files/foreign-file.js';
import { makeFolders } from '../files/make-folder.js';
import { hexHash } from '../text/sha256.js';
import { attempt } from './output-notes.js';
import { notesFolder } from './state-folder.js';

/** Some 10,000 lines; a larger file isn't believed, and all is told. */
const maxBytes = 256 * 1024;

/** Notes a line that is about to be told. @returns false where it was told before; true where that isn't known */
export function isNewAddress(line: string): boolean {
  const hash = hexHash('sha256', line).slice(0, 24);
  const isKnown = attempt(() => {
    const path = join(dirname(notesFolder()), 'told-addresses');
    const known = attempt(() => readForeign(path, maxBytes).toString('latin1')) ?? '';
    if (known.includes(`${hash}\n`)) return true;
    makeFolders(dirname(path), 0o700);
    appendFileSync(path, `${hash}\n`, { mode: 0o600 });
    return false;
  });
  return isKnown !== true;
}
