// src/output/format: names and bytes of the output's files. Nothing here opens a file by its path.
//
// This file holds the names: one table says which names are ours and which part of the program may remove each.
// Nothing else in the folder is ever removed. `manifest.ts` writes manifest.json, `manifest-reader.ts` reads it,
// `chunk-line.ts`, `npy-header.ts`, `row-sum.ts` and `failures-file.ts` hold the other formats, `row-id.ts` makes the ids.
// What must hold: the same rows give the same bytes, and a reader trusts no byte that it reads.
import { join } from 'node:path';

export const chunksName = 'chunks.jsonl';
export const vectorsName = 'vectors.npy';
export const sumsName = 'rows.sum';
export const manifestName = 'manifest.json';
export const failuresName = 'failures.jsonl';
/** The files that hold a part for each row. */
export type RowsName = typeof chunksName | typeof vectorsName | typeof sumsName;

export function isRowsName(name: string): name is RowsName {
  return name === chunksName || name === vectorsName || name === sumsName;
}

/** Tells destinations which output wrote them. Runs never touch it, and equal outputs have other ones. */
export const identityName = 'identity.json';
export const newIdentityName = 'identity.new';
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
/** Each writer has a stage of its own: one that lost its lock can't touch the files of the next writer. */
export const stagePrefix = 'stage-';

/** The folder of a name: the output folder, its `.run`, or a stage in `.run`. */
export type Place = 'output' | 'run' | 'stage';

/** What removes a file when it is no longer needed. */
export type Remover = 'nothing' | 'commit' | 'recovery' | 'lock' | 'writer' | 'last run';

interface OwnedName {
  place: Place;
  pattern: RegExp;
  removedBy: Remover;
}

/** Every name that is ours. */
const ownedNames: readonly OwnedName[] = [
  {
    place: 'output',
    pattern: /^(chunks\.jsonl|vectors\.npy|rows\.sum|manifest\.json)$/,
    removedBy: 'nothing',
  },
  { place: 'output', pattern: /^failures\.jsonl$/, removedBy: 'commit' },
  { place: 'output', pattern: /^identity\.json$/, removedBy: 'nothing' },
  { place: 'run', pattern: /^embed$/, removedBy: 'last run' },
  { place: 'run', pattern: /^lock$/, removedBy: 'lock' },
  { place: 'run', pattern: /^lock-claim-[0-9a-f]{16}$/, removedBy: 'lock' },
  { place: 'run', pattern: /^lock-after-([0-9a-f]{16}|unreadable-\d+)$/, removedBy: 'lock' },
  { place: 'run', pattern: /^journal-[0-9a-f]{32}$/, removedBy: 'commit' },
  { place: 'run', pattern: /^commit(\.new)?$/, removedBy: 'recovery' },
  { place: 'run', pattern: /^identity\.new$/, removedBy: 'recovery' },
  { place: 'run', pattern: /^stage-[0-9a-f]{12}$/, removedBy: 'recovery' },
  {
    place: 'stage',
    pattern: /^(chunks\.jsonl|vectors\.npy|rows\.sum|manifest\.json|failures\.jsonl|documents)$/,
    removedBy: 'writer',
  },
];

/** True when the name is ours in this place and, if `remover` is given, when that may remove it. */
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
