// What the routes of a gateway work with.
import type { FastifyRequest } from 'fastify';
import type { VectorCache } from '../types.js';
import type { Backend } from './backends/backend.js';
import type { AnswersRoom } from './http/answer-memory.js';
import type { Traffic } from './http/traffic.js';
import type { Models } from './models/models.js';
import type { GatewayLimits } from './options.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Texts of the request, for the log. */
    textCount: number;
  }
}

export interface GatewayParts {
  backend: Backend;
  models: Models;
  cache: VectorCache | undefined;
  traffic: Traffic;
  /** Where answers of vectors wait to be taken. */
  answers: AnswersRoom;
  limits: GatewayLimits;
  /** Since when it runs, by the clock of `performance.now`. */
  startedAt: number;
  isDraining(): boolean;
  /** Whether the request may see what is for the token's holders. */
  isTrusted(request: FastifyRequest): boolean;
}
