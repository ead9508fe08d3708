// What a run has done so far. Stages add to it; progress printers and the summary read it.

export class RunCounts {
  /** Files that the survey found, and their bytes. */
  files = 0;
  bytes = 0;
  /** Of these, read so far. */
  filesRead = 0;
  bytesRead = 0;

  documentsNew = 0;
  documentsChanged = 0;
  documentsUnchanged = 0;
  documentsRemoved = 0;
  documentsFailed = 0;

  /** Rows written or kept so far. */
  chunks = 0;
  /** Of new and changed documents: rows split so far, and rows that have got their vectors. */
  rowsSplit = 0;
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
  tokensEmbedded = 0;

  /** Requests that carried texts of documents, retries included. */
  requests = 0;
  /** Texts in these requests. */
  textsSent = 0;

  /** Files left out: binary, too large, special, broken links. */
  skipped = 0;
}
