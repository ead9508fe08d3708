// The exit statuses of the command line, and which error ends with which.

/** Exit statuses of the command line; each error has the one that the command line would end with. */
export const exitCodes = {
  /** All went well. */
  done: 0,
  /** An unexpected error. */
  unexpected: 1,
  /** Wrong usage or configuration, or an output that can't be written. */
  usage: 2,
  /** Finished, but some documents or texts failed. */
  someFailed: 3,
  /** A service that was named can't be reached, or lacks the model. */
  service: 4,
  /** The output is of another vector space, damaged, or made by a newer version. */
  output: 5,
  /** Another run holds the lock. */
  locked: 75,
} as const;

/** The exit status of each error, by its code; codes stay the same in later versions. A command that a signal stops ends with 128 and the signal's number. */
export const exitCodeOf = {
  EMBED_UNEXPECTED: exitCodes.unexpected,
  EMBED_CHECK_FAILED: exitCodes.unexpected,
  EMBED_SLOWER: exitCodes.unexpected,
  EMBED_NOT_STARTED: exitCodes.unexpected,
  EMBED_UNKNOWN_REQUEST: exitCodes.unexpected,
  EMBED_USAGE: exitCodes.usage,
  EMBED_NO_INDEX: exitCodes.usage,
  EMBED_OUTPUT: exitCodes.usage,
  EMBED_SOME_FAILED: exitCodes.someFailed,
  EMBED_DOCUMENT: exitCodes.someFailed,
  EMBED_TEXTS_REJECTED: exitCodes.someFailed,
  EMBED_SERVICE: exitCodes.service,
  EMBED_WRONG_VECTORS: exitCodes.service,
  EMBED_EMBEDDER_FAULT: exitCodes.service,
  EMBED_DESTINATION: exitCodes.service,
  EMBED_RESULT_TIMEOUT: exitCodes.service,
  EMBED_QUEUE_FULL: exitCodes.service,
  EMBED_VECTOR_SPACE: exitCodes.output,
  EMBED_DAMAGED_OUTPUT: exitCodes.output,
  EMBED_NEWER_OUTPUT: exitCodes.output,
  EMBED_OTHER_OUTPUT: exitCodes.output,
  EMBED_LOCKED: exitCodes.locked,
} as const satisfies { [code: string]: (typeof exitCodes)[keyof typeof exitCodes] };
