// What an endpoint of a pool is made of: an embedder for one server, and what can be asked about that server; and
// who is told of what becomes of it.
import type { EmbedderFault } from '../../errors.js';
import type { Embedder, RequestLimits } from '../../types.js';

/** An embedder that asks one server. */
export interface ServerEmbedder extends Embedder {
  /** Without credentials. */
  readonly url: string;
  /** How often the server may have become another one: connections lost, or none for a while. */
  readonly losses: number;
  /** Version of the server when it was opened. */
  readonly release: string;
  /** Mean time of a token lately, whatever waited before it; undefined before it is known. */
  readonly msPerToken: number | undefined;
  /**
   * Asks which weights the model has now.
   * @returns lower-case hex as in `identity`; undefined when the server no longer lists the model
   * @throws {EmbedderFault} when the server doesn't say
   */
  digest(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for the release of the server. @throws {EmbedderFault} when it doesn't say */
  version(signal: AbortSignal): Promise<string>;
}

export interface ConfirmOptions {
  signal?: AbortSignal | undefined;
  /** How long the server may take to say it, in ms. @default as long as such a request may take */
  patienceMs?: number | undefined;
}

/** What makes an endpoint. */
export interface Member {
  url: string;
  weight: number;
  embedder: Embedder;
  msPerToken(): number | undefined;
  /** Whether it has to be checked before its vectors can be used. @default never */
  isUnsure?(): boolean;
  /**
   * Resolves when the server has said, after now, that its model is still the same: only then may an answer that
   * is there be handed on. @default at once
   * @throws {EmbedderFault} `changed`, or `unconfirmed` when it doesn't say
   * @throws the signal's reason
   */
  confirm?(options: ConfirmOptions): Promise<void>;
  /**
   * What the server says of itself: another text once it or its model was replaced.
   * @throws {EmbedderFault} when it doesn't say
   */
  mark?(signal: AbortSignal): Promise<string>;
  /**
   * Looks whether a server that changed is again what it was, and can be used again. @default it never is
   * @throws {EmbedderFault} when it doesn't say
   */
  reconsider?(signal: AbortSignal): Promise<boolean>;
}

/** Who learns what of a request. */
export interface EndpointWatch {
  /** Learn from what becomes of it. */
  limits?: RequestLimits | undefined;
  /** Told of the answer, which has to be confirmed yet. */
  onAnswer?(): void;
  /** How long the confirmation may take, in ms. @default as long as such a request may take */
  patienceMs?: number | undefined;
}

/** Who is told of an endpoint's changes. */
export interface EndpointListener {
  /** It may take work again. */
  onChange(): void;
  /** It has another model or other vectors now, and gets no more texts. */
  onOut(fault: EmbedderFault): void;
  /** It is again what it was. */
  onBack(): void;
}
