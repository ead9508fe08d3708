// src/gateway/backends: what the gateway asks: Ollama or OpenAI-compatible servers, a queue, or the built-in embedder.
//
// This file holds their interface. A backend answers the requests that aren't batched, and tells which servers are up and
// which models they have. choose-backend.ts chooses one; liveness.ts finds the server for a request; ollama-answers.ts answers
// Ollama's routes for those that are no Ollama.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AskLegacy } from '../models/legacy-vectors.js';
import type { LookAtServers } from '../models/refused-models.js';
import type { RefusedError } from '../routes/error-answers.js';

/** A request that a backend answers, without batching. */
export interface Passing {
  request: FastifyRequest;
  reply: FastifyReply;
  /** The body to send, when the client's body has been read already. */
  body?: Buffer | undefined;
  /** The path to ask for, when it isn't the client's. */
  target?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Limits on the vectors in its answer; absent when any answer may be passed on. */
  vectors?: PassedVectors | undefined;
}

/** Where models are listed: by Ollama's API, and by OpenAI's. */
export type ListPath = '/api/tags' | '/v1/models';

/** Which vectors may be passed on to the client. */
export interface PassedVectors {
  /** Only those of these servers, by their addresses without credentials. @default all servers */
  from?: ReadonlySet<string>;
  /**
   * Resolves when the server has shown, after its answer, that its vectors still fit. Only then they are passed on.
   * @throws {EmbedderFault} when they don't fit; then another server is asked
   */
  confirm?(server: string, signal: AbortSignal): Promise<void>;
  /** No vectors may be passed on: the client gets this error in place of any answer with status 200. */
  never?: RefusedError;
}

export interface BackendState {
  /** Servers, without credentials, or workers of a queue; empty for the built-in embedder. */
  servers: { url: string; up: boolean }[];
}

export interface Backend {
  readonly embedder: 'ollama' | 'openai' | 'builtin' | 'queue';
  /** Whether there are servers that answer what isn't batched; else it answers all that itself, and has one model. */
  readonly hasServers: boolean;
  /** How many servers may give vectors. With one server, they can't differ. */
  readonly servers: number;
  /**
   * The model for a name; for no name, the default model.
   * @returns undefined when there is none
   */
  modelOf(name: string | undefined): Promise<string | undefined>;
  /** True when it has a vector for each of these texts, some of which may be empty. */
  takes(texts: readonly string[]): boolean;
  /**
   * A list of its models as that path answers it, of the first server that is up; its fields may be anything.
   * @throws {EmbedderFault} when there is none
   */
  list(path: ListPath): Promise<object>;
  /** Answers the request. @throws {RefusedError} when that can't be done */
  pass(passing: Passing): Promise<void>;
  /** The vector of a text by Ollama's older route. Absent where it gives the same as the newer one. */
  askLegacy?: AskLegacy;
  isUp(): Promise<boolean>;
  state(): Promise<BackendState>;
  /** The present digests of the servers' models, by canonical name. Absent when they can't change. */
  digests?(): Promise<Map<string, Set<string>>>;
  /** The releases and digests of all servers for a model, as one string; undefined when one is down. Never throws. */
  look?: LookAtServers;
  close(): Promise<void>;
}
