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
  /** In front of each chunk of a document. */
  document: string;
  /** In front of a question. */
  query: string;
}

/** What an embedder is, apart from the vectors that it gives. */
export interface EmbedderIdentity {
  /** What kind of embedder it is; one of your own names the kind that it is most like. */
  embedder: 'ollama' | 'builtin';
  /** The engine: `onnx-int8`, `wasm-fp32`; empty for Ollama. */
  variant: string;
  /** Name of the model, with its tag where it has one. */
  model: string;
  /** Digest of the weights, lower-case hex. */
  digest: string;
  /** Values of a vector. */
  dimensions: number;
  /** Options sent with every request; part of what makes vectors comparable. */
  options: { [key: string]: Json };
  /** What the model wants in front of documents and questions; empty texts where it wants nothing. */
  prefixes: Prefixes;
}

/** Turns texts into vectors. Prefixes are added by the caller. */
export interface Embedder {
  /** What it is; the same for as long as it is open. */
  readonly identity: EmbedderIdentity;
  /** Counts tokens as the model does, or estimates them. */
  readonly counter: TokenCounter;
  /** The longest text in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Chunk size in tokens that suits the model, when the user names none. */
  readonly defaultChunkTokens: number;
  /**
   * One request: the answer's vectors in the order of `texts`, accepted (right count and dimensions,
   * finite, not zero) and L2-normalised.
   * @param texts at least one; none of them empty
   * @returns as many vectors as `texts`, each `identity.dimensions` long
   * @throws {EmbedderFault} when the request fails; never a partial answer
   * @throws the signal's reason
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
  /** The request slots of its endpoints; absent when the sender can only limit all of them together. */
  readonly slots?: Slots;
  /** Closes all circuit breakers, for who knows that the servers are well again. */
  resetBreakers?(): void;
  /** Ends connections and processes. Nothing is asked of it afterwards. */
  close(): Promise<void>;
}

/** How a server shows that it has too much to do: by a refusal, or by being late. */
export type Overload = 'busy' | 'timeout';

/** What an answered request tells. */
export interface AnsweredRequest {
  /** Texts in it. */
  texts: number;
  /** Tokens of all its texts together. */
  tokens: number;
  /** Milliseconds from sending to the answer. */
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
  /** Told of every request that was answered; may raise or lower the limits. */
  answered(request: AnsweredRequest): void;
  /** Told when the endpoint had too much to do; lowers the limits. */
  overloaded(why: Overload): void;
}

/** The limits of all endpoints, kept by the sender; endpoints come and go. */
export interface SlotLimits {
  /** The limits of one endpoint. @param endpoint its name, as {@link FreeSlot.endpoint} has it */
  of(endpoint: string): RequestLimits;
  /** A late request was sent to another endpoint, too. */
  hedged(): void;
}

/** Leave to have one request in flight. It moves with the request when that is tried elsewhere. */
export interface Slot {
  /** Gives it back; called once, when the request is over. */
  release(): void;
}

/** A free place for a request. */
export interface FreeSlot {
  /** Name of the endpoint: its URL, or empty where there is but one. */
  readonly endpoint: string;
  /** Slots that are taken there. */
  readonly inFlight: number;
  /** Takes it: to be done at once, as others may take it, too. */
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
  /** The circuit breaker: `closed` (in use), `open` (left alone after failures), `half-open` (being tried again). */
  breaker: 'closed' | 'open' | 'half-open';
  /** Why it gets no texts though it answers, where that is so: its vectors are others. */
  refused?: string | undefined;
  /** It may have become another server since its vectors were compared last; they are, before its next answer counts. */
  unsure?: boolean;
  /** Requests that are under way. */
  inFlight: number;
  /** Requests since it was opened. */
  requests: number;
  /** Requests that failed since it was opened. */
  failures: number;
  /** Mean time of a token lately, in ms; undefined before the first answer. */
  msPerToken: number | undefined;
}

/** What is said to an embedder with a request, beside its texts. */
export interface EmbedOptions {
  /** Aborts the request. @default never */
  signal?: AbortSignal;
  /** Tokens of all texts together: long batches get longer time-outs. @default as the embedder counts them */
  tokens?: number;
  /** Of the embedder's {@link Slots}. @default none: the request counts nowhere, as the few that look after servers */
  slot?: Slot;
  /** The least time that the request gets, in ms. @default the embedder's */
  leastMs?: number | undefined;
  /** Told of an answer as soon as it is there, before it is confirmed; may be told of several. @default nobody */
  onAnswer?: (() => void) | undefined;
  /** One round is enough when the answer is late: the caller will halve the batch. @default false */
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
  /** Its vector in the space that it is kept for. */
  vector: Vector;
}

/**
 * Text → vector; outlives runs and may be shared by several. Whoever uses it does without it, with a warning, once
 * `getMany` or `setMany` throws.
 */
export interface VectorCache {
  /** Where it keeps its vectors. */
  readonly kind: 'redis' | 'disk' | 'memory';
  /** Vectors of a space, in the order of `hashes`; undefined where the cache has none (or one of a wrong length). */
  getMany(space: string, hashes: readonly string[], dimensions: number): Promise<(Vector | undefined)[]>;
  /** Keeps vectors of a space, in the place of those that it has under the same hashes. */
  setMany(space: string, entries: readonly VectorEntry[]): Promise<void>;
  /** A small JSON value that outlives runs, e.g. the registered vector spaces; undefined when there is none. */
  getMeta(key: string): Promise<Json | undefined>;
  /** Keeps such a value, in the place of the one before. */
  setMeta(key: string, value: Json): Promise<void>;
  /**
   * What the cache holds. Reads keys, never vectors; may take seconds where there are millions.
   * @throws {ServiceError} when the cache can't be used
   */
  usage(): Promise<CacheUsage>;
  /** Removes entries. @returns how many @throws {ServiceError} */
  prune(options: PruneOptions): Promise<number>;
  /** Removes all entries and what is known of spaces, of this program only. @returns how many entries @throws {ServiceError} */
  clear(): Promise<number>;
  /** Writes what is still to be written, and ends connections. */
  close(): Promise<void>;
}

/** What a cache holds. */
export interface CacheUsage {
  /** Vectors that it holds. */
  entries: number;
  /** Bytes of vectors, without what the store itself needs. */
  bytes: number;
  /** Lookups that found a vector since the cache was made or cleared, by all processes. */
  hits: number;
  /** Lookups that found none, likewise. */
  misses: number;
  /** The same for each vector space that has entries, the largest first. */
  spaces: SpaceUsage[];
}

/** What a cache holds of one vector space. */
export interface SpaceUsage {
  /** Id of the vector space. */
  space: string;
  /** Name of the model; undefined, as the two below, when the space is not registered (any more). */
  model?: string;
  /** Kind of the embedder. */
  embedder?: string;
  /** Values of a vector. */
  dimensions?: number;
  /** Vectors of this space. */
  entries: number;
  /** Bytes of these vectors. */
  bytes: number;
}

/** Which entries go; several conditions add up. */
export interface PruneOptions {
  /** Entries written longer ago than this, in ms. @default of any age */
  olderThanMs?: number;
  /** The oldest entries until so many bytes of vectors are left. @default no bound */
  maxBytes?: number;
  /** All entries of spaces for which this is false. @default all are kept */
  keepSpace?: (space: SpaceUsage) => boolean;
}

/** Why a document or one of its chunks has no vector. Stable; no raw messages. */
export interface Failure {
  /** The document, as the output names it. */
  source: string;
  /** Why, in one word. */
  code: FailureCode;
  /** The chunk's place in its document, where one chunk failed and the rest didn't. */
  chunk?: number;
}

/**
 * Why a document, or one of its chunks, can't be read or embedded:
 * - `unreadable`: the system doesn't let it be opened or read
 * - `unreadable-folder`: a folder, or an ignore file in it, can't be read
 * - `vanished`: it went away, became no file, or was written to each time that it was read
 * - `undecodable`: named like text, but holds binary data
 * - `too-large`: it takes more memory than it may, unpacks to too much, or has too many parts
 * - `too-slow`: reading it takes more time than it may
 * - `malformed`: not what its format asks for, or it crashes its reader
 * - `encrypted`: protected with a password
 * - `duplicate-source`: another file or record has the same name; the first one counts
 * - `too-long`: the model takes no piece of it
 * - `unknown-script`: the model doesn't know its script
 * - `rejected`: the embedder fails on this text alone
 */
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
