// Stages the manifest of the next output, unless it would be equal to the present one.
import {
  documentLine,
  type ManifestHead,
  manifestEnd,
  manifestStart,
  marked,
  type RecordFile,
} from '../format/manifest.js';
import type { Output } from '../read/output.js';
import { seal } from '../read/seal.js';
import { isItsManifest } from './previous-output.js';
import type { FileSum, StagedFile } from './staged-file.js';

/** What the next manifest says. */
export interface NextManifest {
  head: ManifestHead;
  recordFiles: readonly RecordFile[];
  /** Index of each root in the head. */
  rootPlaces: ReadonlyMap<string, number>;
  /** Sources of kept documents to mark. */
  outdated: ReadonlySet<string>;
  /** The present output; undefined for a new one. */
  previous: Output | undefined;
  /** The lines of its documents; undefined when they are those of the present output. */
  entries: StagedFile | undefined;
}

/**
 * @param create makes the staged file; called only when the manifest seems to differ
 * @returns undefined when the present manifest stays
 */
export async function stageManifest(
  next: NextManifest,
  create: () => Promise<StagedFile>,
): Promise<FileSum | undefined> {
  const { previous, rootPlaces, outdated } = next;
  const start = manifestStart(next.head);
  const end = manifestEnd(next.recordFiles, rootPlaces);
  if (next.entries === undefined && previous !== undefined && surrounds(previous, start, end))
    return undefined;
  const file = await create();
  file.addText(start);
  if (next.entries !== undefined) {
    await file.copyFrom(next.entries.handle, 0, next.entries.bytes);
  } else {
    for (const document of previous?.documents() ?? []) {
      file.addText(
        `${document.index === 0 ? '' : ','}\n${documentLine(marked(document, outdated), rootPlaces)}`,
      );
      await file.drained();
    }
  }
  file.addText(end);
  const sum = await file.sum();
  if (previous !== undefined && (await isItsManifest(previous, sum))) {
    await file.discard();
    return undefined;
  }
  await seal(file.handle);
  await file.finish();
  return sum;
}

/** True when the present manifest has the same text before and after its documents. */
function surrounds({ manifest }: Output, start: string, end: string): boolean {
  const places = new Map(manifest.roots.map((root, place) => [root, place]));
  return start === manifestStart(manifest) && end === manifestEnd(manifest.recordFiles, places);
}
