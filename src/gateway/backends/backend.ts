// What stands behind the gateway: Ollama servers, or the built-in embedder. Each answers for itself what isn't
// batched.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LookAtServers } from '../models/refused-models.js';
import type { RefusedError } from '../routes/error-answers.js';

/** A request that is answered without an orchestrator. */
export interface Passing {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Instead of the client's own body, where that has been read. */
  body?: Buffer | undefined;
  signal?: AbortSignal | undefined;
  /** Which vectors its answer may hold; absent where it is passed on as it is. */
  vectors?: PassedVectors | undefined;
}

/** Which vectors may be passed on. */
export interface PassedVectors {
  /** Of these servers only, by their addresses without credentials. @default of all */
  from?: ReadonlySet<string>;
  /**
   * Resolves when a server has shown, after its answer, that its vectors still fit: only then they are handed on.
   * @throws {EmbedderFault} when it hasn't; then another one is asked
   */
  confirm?(server: string, signal: AbortSignal): Promise<void>;
  /** None: instead of an answer that is no refusal, the client is told this. */
  never?: RefusedError;
}

export interface BackendState {
  /** Servers, without credentials; empty for the built-in embedder. */
  servers: { url: string; up: boolean }[];
}

export interface Backend {
  readonly embedder: 'ollama' | 'builtin';
  /** How many servers may give vectors: those of one are always its own. */
  readonly servers: number;
  /**
   * The model that a name means; without one, the model that is used when nobody names one.
   * @returns undefined when there is none
   */
  modelOf(name: string | undefined): Promise<string | undefined>;
  /** Answers the request whole. @throws {RefusedError} when that can't be done */
  pass(passing: Passing): Promise<void>;
  isUp(): Promise<boolean>;
  state(): Promise<BackendState>;
  /** Digests of the models that the servers have now, by canonical names, where that can change. */
  digests?(): Promise<Map<string, Set<string>>>;
  /** What all servers are from outside, as regards a model; undefined when one is down. Never throws. */
  look?: LookAtServers;
  close(): Promise<void>;
}
