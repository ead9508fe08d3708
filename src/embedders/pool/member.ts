// The parts of a pool's endpoint: an embedder for one server, questions about that server, and listeners.
import type { EmbedderFault } from '../../errors.js';
import type { Embedder } from '../../types/embedder.js';
import type { RequestLimits } from '../../types/requests.js';

/** A server and its weight, as settings name it. */
export interface ServerAddress {
  url: URL;
  /** Share of the work relative to the other servers, when all are equally fast. @default 1 */
  weight: number;
}

/** An embedder that asks one server. */
export interface ServerEmbedder extends Embedder {
  /** Without credentials. */
  readonly url: string;
  /** The server, as messages begin with it: `Ollama at http://…`. */
  readonly where: string;
  /** How often the server may have been replaced: lost connections, or a while without any. */
  readonly losses: number;
  /** False when it may be replaced without a lost connection, as behind a proxy that makes connections of its own. @default true */
  readonly isWatched?: boolean;
  /** True when it can't be told to cut a text that is too long. @default false */
  readonly refusesToCut?: boolean;
  /** Version of the server when it was opened. */
  readonly release: string;
  /** Recent mean time per token, without waiting, in ms; undefined until it is known. */
  readonly msPerToken: number | undefined;
  /** What `digest` said when it was opened: the identity's digest, or what a server without one says of its weights. */
  readonly weights: string;
  /**
   * Asks for the present digest of the model, or what the server says of its weights.
   * @returns in the form of `weights`; undefined when the server no longer lists the model
   * @throws {EmbedderFault} when the server doesn't say
   */
  digest(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for the release of the server. @throws {EmbedderFault} when it doesn't say */
  version(signal: AbortSignal): Promise<string>;
}

export interface ConfirmOptions {
  signal?: AbortSignal | undefined;
  /** Max time for the server to answer, in ms. @default the time-out of such a request */
  patienceMs?: number | undefined;
  /** When the server had chosen the model at the latest, by `performance.now`: what it says after that counts. @default now */
  chosenBy?: number | undefined;
}

/** The parts of an endpoint. */
export interface Member {
  url: string;
  /** The server, as messages begin with it: `Ollama at http://…`. */
  where: string;
  weight: number;
  embedder: Embedder;
  /** True when it can't be told to cut a text that is too long: another one is asked then. @default false */
  refusesToCut?: boolean | undefined;
  msPerToken(): number | undefined;
  /** True when it must be checked before its vectors can be used. @default never */
  isUnsure?(): boolean;
  /**
   * Resolves when the server has said, after it had chosen the model for an answer, that this is still the same. Only then
   * the answer may be passed on. @default at once
   * @throws {EmbedderFault} `changed`, or `unconfirmed` when it doesn't say
   * @throws the signal's reason
   */
  confirm?(options: ConfirmOptions): Promise<void>;
  /**
   * The server's release and digest as a string: it changes when the server or its model is replaced.
   * @throws {EmbedderFault} when it doesn't say
   */
  mark?(signal: AbortSignal): Promise<string>;
  /**
   * Checks whether a changed server is the same as before, and can be used again. @default never
   * @throws {EmbedderFault} when it doesn't say
   */
  reconsider?(signal: AbortSignal): Promise<boolean>;
}

/** Listeners of a request. */
export interface EndpointWatch {
  /** Limits that learn from its outcome. */
  limits?: RequestLimits | undefined;
  /** Called for the answer, before it is confirmed. */
  onAnswer?(): void;
  /** Max time of the confirmation, in ms. @default the time-out of such a request */
  patienceMs?: number | undefined;
}

/** Listeners of an endpoint's changes. */
export interface EndpointListener {
  /** Called when it may take work again. */
  onChange(): void;
  /** Called when it has another model or other vectors, and gets no more texts. */
  onOut(fault: EmbedderFault): void;
  /** Called when it is the same as before again. */
  onBack(): void;
}
