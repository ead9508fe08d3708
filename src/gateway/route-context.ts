// The shared parts that the routes of a gateway work with.
import type { FastifyRequest } from 'fastify';
import type { VectorCache } from '../types/cache.js';
import type { Backend } from './backends/backend.js';
import type { AnswersRoom } from './http/answer-memory.js';
import type { Traffic } from './http/traffic.js';
import type { Models } from './models/models.js';
import type { GatewayLimits } from './options.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Texts of the request, for the log. */
    textCount: number;
    /** Where a refused page is from, for the log; else empty. */
    refusedOrigin: string;
  }
}

export interface GatewayParts {
  backend: Backend;
  models: Models;
  cache: VectorCache | undefined;
  traffic: Traffic;
  /** Bounds the memory of answers with vectors. */
  answers: AnswersRoom;
  limits: GatewayLimits;
  /** Time of its start, by the clock of `performance.now`. */
  startedAt: number;
  isDraining(): boolean;
  /** True when the request has the token, or none is needed. */
  isTrusted(request: FastifyRequest): boolean;
}
