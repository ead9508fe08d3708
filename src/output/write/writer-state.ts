// What the writer keeps in mind while it writes an output.
import type { ManifestHead } from '../format/manifest.js';
import type { Output } from '../read/output.js';
import type { CommitFile } from './commit.js';

/** The rows of the new output. */
export interface RowsToCommit extends Pick<ManifestHead, 'format' | 'files'> {
  count: number;
  /** Their files that differ from the old output's, in the order of the renames. */
  changed: CommitFile[];
}

/** Documents of one output, `from` ≤ index < `to`, that will be copied as one range of bytes. */
export interface PendingCopy {
  output: Output | undefined;
  from: number;
  to: number;
}
