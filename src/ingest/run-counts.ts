// Counters of a run. Stages add to them; progress printers and the summary read them.
import type { UnusedPattern } from '../documents/walk/walk.js';
import type { EmbedderIdentity } from '../types/embedder.js';
import { LeftOut } from './left-out.js';

/** Live numbers of a run: hand a new one in, and read it while the run goes on. */
export class RunCounts {
  /** Files that the survey found. */
  files = 0;
  /** Bytes of these files. */
  bytes = 0;
  /** Of these files, read so far. */
  filesRead = 0;
  /** Of their bytes, read so far. */
  bytesRead = 0;
  /** Of the bytes read, those of texts that aren't in chunks yet: most of a large file, for a while. */
  bytesToSplit = 0;
  /** Of the bytes read, those of texts that are in chunks. The others are of files as they were, or without text. */
  bytesSplit = 0;
  /** Waits for the texts of a file, which are in no chunks meanwhile. */
  async reading<T>(bytes: number, texts: Promise<T>): Promise<T> {
    this.bytesToSplit += bytes;
    try {
      return await texts;
    } finally {
      this.bytesToSplit -= bytes;
    }
  }

  /** Documents that the output didn't have. */
  documentsNew = 0;
  /** Documents whose content is other than the output's. */
  documentsChanged = 0;
  /**
   * Unchanged documents that were read and split again: another reader or splitter had made their rows, or a chunk of
   * them had failed.
   */
  documentsReread = 0;
  /** What is newer than the output, of the files that were read again for it: names of formats, or `splitter`. */
  readonly newer = new Set<string>();
  /** Documents that are as the output has them. */
  documentsUnchanged = 0;
  /** Documents of this run that hold no text, and so have no rows; each also counts as new, changed or unchanged. */
  documentsBlank = 0;
  /**
   * Counts a file of records that holds none: it has no document, but is one to its owner.
   * @param known its hash in the output @param hash its hash now; undefined when it wasn't read
   */
  countBlankFile(known: string | undefined, hash: string | undefined): void {
    if (hash === undefined) this.documentsUnchanged++;
    else if (known === undefined) this.documentsNew++;
    else if (known === hash) this.documentsReread++;
    else this.documentsChanged++;
    this.documentsBlank++;
  }

  /** Documents of the output that go. */
  documentsRemoved = 0;
  /** Of these, documents of files that are still there, but are left out now. */
  documentsLeftOut = 0;
  /** Documents that can't be read, or of which a chunk can't be embedded. */
  documentsFailed = 0;
  /** Documents with failures that an earlier run told, and that are as they were: they weren't tried again. */
  documentsKnownFailed = 0;

  /** Rows written or kept so far. */
  chunks = 0;
  /** Rows of new and changed documents, split so far. */
  rowsSplit = 0;
  /** Of the rows that were split, those that have got their vectors. */
  rowsWritten = 0;
  /** Answered by the embedder in this run. */
  chunksEmbedded = 0;
  /** Found in the cache. */
  chunksFromCache = 0;
  /** Found in the previous output, in the journal of an interrupted run, or earlier in this run. */
  chunksReused = 0;
  /** Refused by the embedder. */
  chunksFailed = 0;
  /** Looked for in the cache. */
  cacheLookups = 0;
  /** Tokens of the chunks that the embedder answered. */
  tokensEmbedded = 0;

  /** Chunks were counted by a size that the model may not have, as it wasn't asked. */
  isSizeGuessed = false;

  /** What makes the vectors; undefined before an embedder is open. */
  embedder: Pick<EmbedderIdentity, 'embedder' | 'model'> | undefined;

  /** Requests with texts of documents, including retries. */
  requests = 0;
  /** Texts in these requests. */
  textsSent = 0;

  /** What was left out, by reason and ending. */
  readonly leftOut = new LeftOut();
  /** Patterns of `include` and `exclude` that matched nothing. */
  unused: readonly UnusedPattern[] = [];
  /** How many that are. */
  get skipped(): number {
    return this.leftOut.total;
  }
}
