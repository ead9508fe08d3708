// The embedder: what turns texts into vectors, what it is, and the servers that it asks.
import type { Json } from './json.js';
import type { Priority, Slot, Slots, TraceContext } from './requests.js';
import type { Vector } from './vector.js';

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
  /** The vocabulary by which it counts, where that is not in this package: another host must be told. */
  readonly vocabulary?: readonly string[];
}

/** Text that a model wants before what it embeds. */
export interface Prefixes {
  /** Before each chunk of a document. */
  document: string;
  /** Before a question. */
  query: string;
}

/** What an embedder is, apart from the vectors that it gives. */
export interface EmbedderIdentity {
  /** What kind of embedder it is; one of your own names the kind that it is most like. */
  embedder: 'ollama' | 'openai' | 'builtin';
  /** The engine: `onnx-int8`, `wasm-fp32`; empty for servers. */
  variant: string;
  /** Name of the model, with its tag where it has one. */
  model: string;
  /** Digest of the weights, lower-case hex; empty where the server has none to give (OpenAI-compatible ones). */
  digest: string;
  /** Values of a vector. */
  dimensions: number;
  /** Options of every request, and limits that the user set; part of what makes vectors comparable. */
  options: { [key: string]: Json };
  /** What the model wants before documents and questions; empty texts where it wants nothing. */
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
   * @param texts at least one; empty ones only where the server has a vector for them, as Ollama's
   * @returns as many vectors as `texts`, each `identity.dimensions` long
   * @throws {EmbedderFault} when the request fails; never a partial answer
   * @throws the signal's reason
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]>;
  /** Its servers, as they are now; absent where there is none. */
  endpoints?(): EndpointState[];
  /**
   * Resolves when an endpoint has shown, after this call, that it still gives vectors of this space. A caller that
   * asked the endpoint itself may then use what it answered before. Absent where there are no endpoints.
   * @param url as {@link endpoints} has it
   * @throws {EmbedderFault} `changed` when it doesn't, `unconfirmed` and others when it doesn't show it
   * @throws the signal's reason
   */
  vouch?(url: string, signal: AbortSignal): Promise<void>;
  /** The request slots of its endpoints; absent when the sender can only limit all of them together. */
  readonly slots?: Slots;
  /** Closes all circuit breakers: the caller knows that the servers work again. */
  resetBreakers?(): void;
  /** Ends connections and processes. Nothing is asked of it afterwards. */
  close(): Promise<void>;
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
  /** Told of an answer as soon as it is there, before it is confirmed; may be told of several. @default not called */
  onAnswer?: (() => void) | undefined;
  /** How soon it is sent where it has to wait for other requests: 0 first, 4 last. @default 0 */
  priority?: Priority | undefined;
  /** One round is enough when the answer is late: the caller will halve the batch. @default false */
  onceLate?: boolean;
  /** Let the server cut texts that are too long. Only for clients of the gateway that ask for it. @default false */
  truncate?: boolean;
  /** Sent in the headers: the trace of which all these texts are a part. @default none */
  trace?: TraceContext | undefined;
  /** Fewer values than the space has, for clients of the gateway that ask for it. @default the space's */
  dimensions?: number | undefined;
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
