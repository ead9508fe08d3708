// The names of the output's files, and of what lives in its `.run` folder while a run works. One table says
// which names are ours and who may remove each: nothing else in the folder is ever removed.
import { join } from 'node:path';

export const chunksName = 'chunks.jsonl';
export const vectorsName = 'vectors.npy';
export const manifestName = 'manifest.json';
export const failuresName = 'failures.jsonl';
/** The manifest's documents while they are staged; never committed. */
export const entriesName = 'documents';

/** Lock, journals, staged files and commit record; removed when nothing is left to keep. */
export const runName = '.run';
/** Says that a `.run` folder is ours. */
export const markName = 'embed';
export const recordName = 'commit';
export const newRecordName = 'commit.new';
export const lockPrefix = 'lock';
export const journalPrefix = 'journal-';
/** Each writer stages in a folder of its own: one that lost its lock can't touch what its successor writes. */
export const stagePrefix = 'stage-';

/** Where a name stands: in the output folder, in its `.run`, or in a stage within that. */
export type Place = 'output' | 'run' | 'stage';

/** Who removes a file when it has served. */
export type Remover = 'nobody' | 'commit' | 'recovery' | 'lock' | 'writer' | 'last run';

interface OwnedName {
  place: Place;
  pattern: RegExp;
  removedBy: Remover;
}

/** Every name that is ours. */
const ownedNames: readonly OwnedName[] = [
  { place: 'output', pattern: /^(chunks\.jsonl|vectors\.npy|manifest\.json)$/, removedBy: 'nobody' },
  { place: 'output', pattern: /^failures\.jsonl$/, removedBy: 'commit' },
  { place: 'run', pattern: /^embed$/, removedBy: 'last run' },
  { place: 'run', pattern: /^lock$/, removedBy: 'lock' },
  { place: 'run', pattern: /^lock-claim-[0-9a-f]{16}$/, removedBy: 'lock' },
  { place: 'run', pattern: /^lock-after-([0-9a-f]{16}|unreadable-\d+)$/, removedBy: 'lock' },
  { place: 'run', pattern: /^journal-[0-9a-f]{32}$/, removedBy: 'commit' },
  { place: 'run', pattern: /^commit(\.new)?$/, removedBy: 'recovery' },
  { place: 'run', pattern: /^stage-[0-9a-f]{12}$/, removedBy: 'recovery' },
  {
    place: 'stage',
    pattern: /^(chunks\.jsonl|vectors\.npy|manifest\.json|failures\.jsonl|documents)$/,
    removedBy: 'writer',
  },
];

/** Whether a name is one of ours in this place, and may be removed by `remover`, where that is asked. */
export function isOwned(place: Place, name: string, remover?: Remover): boolean {
  return ownedNames.some(
    (owned) =>
      owned.place === place &&
      owned.pattern.test(name) &&
      (remover === undefined || owned.removedBy === remover),
  );
}

export function runFolder(dir: string): string {
  return join(dir, runName);
}
