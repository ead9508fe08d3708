// Files to documents: reads and hashes every file, keeps those that are unchanged since the previous output, and
// passes the others on, all in order of source. file-steps.ts says what becomes of one file.
import { DocumentReader } from '../../documents/reader/reader.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import type { Step } from './document-steps.js';
import { FileSteps } from './file-steps.js';
import type { ReadOptions } from './read-options.js';

/** @yields groups of steps in order of source; documents are not split yet */
export async function* read(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: ReadOptions,
): AsyncGenerator<Step[]> {
  const documents = new DocumentReader(options.readerLimits, options.signal);
  const files = new FileSteps(options, documents);
  try {
    for await (const group of entries) {
      for (const [place, entry] of group.entries()) {
        files.lookAhead(group, place);
        if (entry.kind === 'failure') {
          files.failUnread(entry);
        } else if (entry.kind === 'file') {
          await files.take(entry);
        }
        if (files.steps.length >= 64) yield files.takeSteps();
      }
      if (files.steps.length > 0) yield files.takeSteps();
    }
    files.finish();
    yield files.takeSteps();
  } finally {
    await documents.close();
  }
}
