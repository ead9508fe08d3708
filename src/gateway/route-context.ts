// The shared parts that the routes of a gateway work with.
import 'fastify';
import type { VectorCache } from '../types/cache.js';
import type { Backend } from './backends/backend.js';
import type { AnswersRoom } from './http/answer-memory.js';
import type { Traffic } from './http/traffic.js';
import type { Aliases } from './models/aliases.js';
import type { LegacyVectors } from './models/legacy-vectors.js';
import type { Models } from './models/models.js';
import type { GatewayLimits } from './options.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Texts of the request, for the log. */
    textCount: number;
    /** The name of the token that the client has; undefined when it has none, or tokens have no names. */
    tokenName: string | undefined;
    /** True when it has a token, or none is needed. */
    isTrusted: boolean;
    /** Where a refused page is from, for the log; else empty. */
    refusedOrigin: string;
  }
}

export interface GatewayParts {
  backend: Backend;
  models: Models;
  aliases: Aliases;
  /** Absent where both routes of Ollama are answered alike. */
  legacy: LegacyVectors | undefined;
  cache: VectorCache | undefined;
  traffic: Traffic;
  /** Bounds the memory of answers with vectors. */
  answers: AnswersRoom;
  limits: GatewayLimits;
  /** Time of its start, by the clock of `performance.now`. */
  startedAt: number;
  isDraining(): boolean;
}
