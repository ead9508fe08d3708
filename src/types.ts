// The words of the project as types: what one stage hands to the next. Imports nothing, so that
// every stage can import it.

/** Anything that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a block is; the splitter treats kinds alike except where it says so. */
export type BlockKind = 'heading' | 'paragraph' | 'item' | 'code' | 'table' | 'record';

/**
 * A piece of a document's structure, found by its format: `text.slice(start, end)`.
 * Blocks are in order, do not overlap, and together cover all non-blank text.
 */
export interface Block {
  kind: BlockKind;
  /** JavaScript string index of the first character. */
  start: number;
  /** JavaScript string index behind the last character. */
  end: number;
  /** 1-based line of the file on which the block starts. */
  line: number;
  /** 1-based page, for formats that have pages. */
  page?: number;
  /** Opens a section of this depth (1 = outermost): a heading, a class, a function. Needs `title`. */
  level?: number;
  /** The section's name, without markup. */
  title?: string;
}

/** A file or record with an address, as text. */
export interface Document {
  /** POSIX path relative to the output's parent folder when inside it, else absolute; `file#id` for records. */
  source: string;
  /** Name of the format that read it: `markdown`, `html`, `pdf` … */
  format: string;
  /** The extracted text. All offsets point into it. */
  text: string;
  blocks: Block[];
  /** The user's own data (records, front matter); passed on to every row. */
  metadata?: { [key: string]: Json };
}

/** An exact slice of a document's text, small enough for the embedder. */
export interface Chunk {
  source: string;
  /** 0-based position among the document's chunks. */
  index: number;
  /** JavaScript string indices into the document's text: `text === document.text.slice(start, end)`. */
  start: number;
  end: number;
  text: string;
  /** Tokens of `text` as the counter sees them, without special tokens and prefix. */
  tokens: number;
  /** 1-based line of the file on which the chunk starts. */
  line: number;
  page?: number;
  /** Titles of the sections around the chunk, outermost first. */
  heading: string[];
  /** SHA-256 of `text` (UTF-8), lower-case hex. */
  hash: string;
  /** How many earlier chunks of this document have the same text. */
  occurrence: number;
  metadata?: { [key: string]: Json };
}

/** float32, L2-normalised, `length` = the space's dimensions. */
export type Vector = Float32Array;

/** Counts tokens. The count of a text is the sum of the counts of its white-space-separated words. */
export interface TokenCounter {
  /** Names algorithm, version and vocabulary, e.g. `wordpiece/1:5f2c…`; pinned in the manifest. */
  readonly id: string;
  /** Tokens that the embedder adds to every text ([CLS], [SEP]). */
  readonly special: number;
  /** Tokens of `text`, without special tokens. Never less than the embedder counts, when exact. */
  count(text: string): number;
  /**
   * Whether the vocabulary knows at least half of the letters of `text`: otherwise its vector says hardly more
   * than that it is unknown. Absent where the vocabulary isn't known.
   */
  knows?(text: string): boolean;
}

/** Text that a model wants in front of what it embeds. */
export interface Prefixes {
  document: string;
  query: string;
}

/** What an embedder is, apart from the vectors that it gives. */
export interface EmbedderIdentity {
  embedder: 'ollama' | 'builtin';
  /** The engine: `onnx-int8`, `wasm-fp32`; empty for Ollama. */
  variant: string;
  model: string;
  /** Digest of the weights, lower-case hex. */
  digest: string;
  dimensions: number;
  /** Options sent with every request; part of what makes vectors comparable. */
  options: { [key: string]: Json };
  prefixes: Prefixes;
}

/** Turns texts into vectors. Prefixes are added by the caller. */
export interface Embedder {
  readonly identity: EmbedderIdentity;
  readonly counter: TokenCounter;
  /** The longest text in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Chunk size in tokens that suits the model, when the user names none. */
  readonly defaultChunkTokens: number;
  /**
   * One request: the answer's vectors in the order of `texts`, accepted (right count and dimensions,
   * finite, not zero) and L2-normalised.
   * @param texts at least one; none of them empty
   * @throws {EmbedderFault} when the request fails; never a partial answer
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]>;
  /** The servers behind it, as they are now; absent where there is none. */
  endpoints?(): EndpointState[];
  /**
   * Resolves when an endpoint has shown, after now, that it still gives vectors of this space: whoever asked it
   * beside the embedder may use what it answered before. Absent where there are no endpoints.
   * @param url as {@link endpoints} has it
   * @throws {EmbedderFault} `changed` when it doesn't, `unconfirmed` and others when it doesn't show it
   * @throws the signal's reason
   */
  vouch?(url: string, signal: AbortSignal): Promise<void>;
  /** The request slots of its endpoints; absent where whoever sends has only the whole to bound. */
  readonly slots?: Slots;
  /** Closes all circuit breakers, for who knows that the servers are well again. */
  resetBreakers?(): void;
  close(): Promise<void>;
}

/** How a server shows that it has too much to do: by a refusal, or by being late. */
export type Overload = 'busy' | 'timeout';

/** What an answered request tells. */
export interface AnsweredRequest {
  texts: number;
  tokens: number;
  /** From sending to the answer. */
  ms: number;
  /** Requests in flight when it was sent, this one included. */
  inFlight: number;
}

/** What one endpoint is given; learns from what becomes of it. */
export interface RequestLimits {
  /** Requests that may be in flight. */
  readonly concurrency: number;
  /** Texts that a batch may have. */
  readonly batchSize: number;
  answered(request: AnsweredRequest): void;
  overloaded(why: Overload): void;
}

/** The limits of all endpoints, kept by whoever sends; endpoints come and go. */
export interface SlotLimits {
  of(endpoint: string): RequestLimits;
  /** A late request was sent to another endpoint, too. */
  hedged(): void;
}

/** Leave to have one request in flight. It moves with the request when that is tried elsewhere. */
export interface Slot {
  release(): void;
}

/** A place for a request that nobody has taken. */
export interface FreeSlot {
  readonly endpoint: string;
  /** Slots that are taken there. */
  readonly inFlight: number;
  take(): Slot;
}

/** The slots of an embedder's endpoints. */
export interface Slots {
  /** The free slot that is expected to bring an answer first; undefined while none is free where work may go. */
  next(limits: SlotLimits): FreeSlot | undefined;
  /** Tells whenever {@link next} may have become another one. @returns what ends that */
  onChange(listener: () => void): () => void;
}

/** One server of an embedder, as it is now. */
export interface EndpointState {
  /** Without credentials. */
  url: string;
  /** Its share of the work against the others', when all are equally fast. */
  weight: number;
  breaker: 'closed' | 'open' | 'half-open';
  /** Why it gets no texts though it answers, where that is so: its vectors are others. */
  refused?: string | undefined;
  /** It may have become another server since its vectors were compared last; they are, before its next answer counts. */
  unsure?: boolean;
  inFlight: number;
  /** Since it was opened. */
  requests: number;
  failures: number;
  /** Mean time of a token lately; undefined before the first answer. */
  msPerToken: number | undefined;
}

export interface EmbedOptions {
  signal?: AbortSignal;
  /** Tokens of all texts together: long batches get longer time-outs. */
  tokens?: number;
  /** Of the embedder's {@link Slots}; without one the request counts nowhere, as the few that look after servers. */
  slot?: Slot;
  /** The least time that the request gets, in ms. @default the embedder's */
  leastMs?: number | undefined;
  /** Told of an answer as soon as it is there, before it is confirmed; may be told of several. */
  onAnswer?: (() => void) | undefined;
  /** One round is enough where the answer is late: whoever asks will halve the batch. @default false */
  onceLate?: boolean;
  /** Let the server cut texts that are too long. Only for clients of the gateway that ask for it. @default false */
  truncate?: boolean;
  /** Fewer values than the space has, for clients of the gateway that ask for it. @default the space's */
  dimensions?: number | undefined;
}

/** How soon a text is sent: 0 first, 4 last. */
export type Priority = 0 | 1 | 2 | 3 | 4;

/** What makes two vectors comparable. Two spaces are the same when all but `id` and `canaries` is equal and the lowest canary cosine is ≥ 0.999. */
export interface VectorSpace extends EmbedderIdentity {
  /** First 32 hex digits of the SHA-256 of the space's bytes. */
  id: string;
  /** Vectors of the canary texts, in their order. */
  canaries: Vector[];
}

/** A vector by the hash of its text. */
export interface VectorEntry {
  /** SHA-256 of the text, lower-case hex. */
  hash: string;
  vector: Vector;
}

/** Text → vector; outlives runs and may be shared by several. */
export interface VectorCache {
  readonly kind: 'redis' | 'disk' | 'memory';
  /** Vectors in the order of `hashes`; undefined where the cache has none (or one of a wrong length). */
  getMany(space: string, hashes: readonly string[], dimensions: number): Promise<(Vector | undefined)[]>;
  setMany(space: string, entries: readonly VectorEntry[]): Promise<void>;
  /** A small JSON value that outlives runs, e.g. the registered vector spaces. */
  getMeta(key: string): Promise<Json | undefined>;
  setMeta(key: string, value: Json): Promise<void>;
  /**
   * What the cache holds. Reads keys, never vectors; may take seconds where there are millions.
   * @throws {ServiceError} when the cache can't be used; so do `prune` and `clear`
   */
  usage(): Promise<CacheUsage>;
  /** Removes entries. @returns how many */
  prune(options: PruneOptions): Promise<number>;
  /** Removes all entries and what is known of spaces, of this program only. @returns how many entries */
  clear(): Promise<number>;
  close(): Promise<void>;
}

/** What a cache holds. */
export interface CacheUsage {
  entries: number;
  /** Bytes of vectors, without what the store itself needs. */
  bytes: number;
  /** Lookups since the cache was made or cleared, by all processes. */
  hits: number;
  misses: number;
  spaces: SpaceUsage[];
}

export interface SpaceUsage {
  /** Id of the vector space. */
  space: string;
  /** Undefined when the space is not registered (any more). */
  model?: string;
  embedder?: string;
  dimensions?: number;
  entries: number;
  bytes: number;
}

/** Which entries go; several conditions add up. */
export interface PruneOptions {
  /** Entries written longer ago than this, in ms. */
  olderThanMs?: number;
  /** The oldest entries until so many bytes of vectors are left. */
  maxBytes?: number;
  /** All entries of spaces for which this is false. */
  keepSpace?: (space: SpaceUsage) => boolean;
}

/** Why a document or one of its chunks has no vector. Stable; no raw messages. */
export interface Failure {
  source: string;
  code: FailureCode;
  /** The chunk's place in its document, where one chunk failed and the rest didn't. */
  chunk?: number;
}

export type FailureCode =
  | 'unreadable'
  | 'unreadable-folder'
  | 'vanished'
  | 'undecodable'
  | 'too-large'
  | 'too-slow'
  | 'malformed'
  | 'encrypted'
  | 'duplicate-source'
  | 'too-long'
  | 'unknown-script'
  | 'rejected';
