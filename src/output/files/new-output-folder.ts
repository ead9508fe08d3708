// Decides whether a folder may become an output. A folder with other files in it is most likely a mistake.
import { readdir } from 'node:fs/promises';
import { OutputError } from '../../errors.js';
import {
  chunksName,
  failuresName,
  identityName,
  manifestName,
  runName,
  sumsName,
  vectorsName,
} from '../format/owned-names.js';
import { shardNamed } from '../shards/shard.js';
import { errorCode } from './disk-errors.js';
import { steadyFolder } from './folder-handle.js';

/** Files that may stand beside an output: hidden files, a README, a licence. */
const besideNames = /^(?:\..*|readme(?:\..*)?|licen[cs]e(?:\..*)?|lost\+found)$/i;

/** Our own files that a broken run may have left without a manifest. */
const ourNames: readonly string[] = [chunksName, vectorsName, sumsName, failuresName, identityName];

const maxShown = 3;

/** @throws {OutputError} when the folder holds other files, but no output and no start of one */
export async function refuseOtherFolder(dir: string): Promise<void> {
  const names: string[] = await readdir(steadyFolder(dir)).catch((error): string[] => {
    if (errorCode(error) === 'ENOENT') return [];
    throw new OutputError(
      `${dir} can't be an output folder (${errorCode(error)}): name another with --out.`,
      {
        cause: error,
      },
    );
  });
  if (names.includes(manifestName) || names.includes(runName)) return;
  const others = names
    .filter((name) => !besideNames.test(name) && !ourNames.includes(name) && shardNamed(name) === undefined)
    .sort();
  if (others.length === 0) return;
  const more = others.length > maxShown ? ` and ${others.length - maxShown} more` : '';
  throw new OutputError(
    `${dir} holds other files (${others.slice(0, maxShown).join(', ')}${more}) and no output: ` +
      'name a folder for it alone, such as --out ./embeddings.',
  );
}
