// What the gateway knows of one request: its caller, its priority, and when the client no longer waits.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CacheUse, Priority, TraceContext } from '../../types/requests.js';
import type { GatewayParts } from '../route-context.js';
import { ClientGoneError, DeadlineError, RefusedError } from '../routes/error-answers.js';
import { traceOf } from './trace.js';

export interface Call {
  priority: Priority | undefined;
  /** Requests of one lane follow each other, and lanes of the same priority take turns. */
  lane: string;
  cache: CacheUse | undefined;
  /** Handed on to the server with its texts, where no others share the request. */
  trace: TraceContext | undefined;
  /** Aborted when the client leaves, or nothing goes on. */
  signal: AbortSignal;
  /** Waits until an answer of so many bytes may be made. @throws the signal's reason */
  room(bytes: number): Promise<void>;
  /** Tells that the answer goes out as it is made, and takes no more than so many bytes from now on. */
  flows(bytes: number): void;
  /** Tells how long the next vectors take at least, as far as is known, in ms. */
  expect(ms: number): void;
  /** Tells that vectors have come. */
  progress(): void;
  /** Call when the answer is complete. */
  end(): void;
}

/** What is expected may take so many times longer. */
const patience = 3;

/** @throws {RefusedError} when a header asks for an unknown priority, or use of the cache */
export function callOf(request: FastifyRequest, reply: FastifyReply, parts: GatewayParts): Call {
  const { answers, limits } = parts;
  const { headers } = request;
  const priority = priorityOf(headers['x-embed-priority']);
  const cache = cacheUseOf(headers['x-embed-cache']);
  const controller = new AbortController();
  const { signal } = controller;
  const onClose = () => controller.abort(new ClientGoneError());
  let until = performance.now() + limits.deadlineMs;
  let timer: NodeJS.Timeout | undefined;
  // The timer isn't set anew with all progress: mostly, it finds that there was some.
  const look = () => {
    const left = until - performance.now();
    if (left <= 0) controller.abort(new DeadlineError());
    else timer = setTimeout(look, Math.min(left + 1, longestTimerMs));
  };
  const atLeast = (ms: number) => {
    until = Math.max(until, performance.now() + ms);
  };
  look();
  reply.raw.once('close', onClose);
  return {
    priority,
    lane: laneOf(request),
    cache,
    trace: traceOf(headers),
    signal,
    flows: (bytes) => answers.shrink(reply.raw, bytes),
    room: (bytes) => answers.take(reply.raw, bytes, signal),
    expect: (ms) => atLeast(patience * ms),
    progress: () => atLeast(limits.deadlineMs),
    end() {
      clearTimeout(timer);
      reply.raw.off('close', onClose);
    },
  };
}

/** Node's timers can't take longer, in ms. */
const longestTimerMs = 24 * 86_400_000;

/** Undefined when none was given. @throws {RefusedError} */
export function priorityOf(value: unknown): Priority | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-4]$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && [0, 1, 2, 3, 4].includes(number)) return number as Priority;
  throw new RefusedError(400, 'the priority must be a whole number from 0 (first) to 4 (last)');
}

/** Undefined when none was given. @throws {RefusedError} */
function cacheUseOf(value: unknown): CacheUse | undefined {
  if (value === undefined || value === '') return undefined;
  if (value === 'use' || value === 'bypass' || value === 'refresh') return value;
  throw new RefusedError(400, 'x-embed-cache must be use, bypass or refresh');
}

/** The name of the caller: by its header, else by its token, else its address. */
export function callerOf(request: FastifyRequest, address: string): string {
  return nameOf(request) ?? request.tokenName ?? address;
}

function nameOf({ headers }: FastifyRequest): string | undefined {
  const named = headers['x-embed-client'];
  return typeof named === 'string' && named !== '' ? named.slice(0, 64) : undefined;
}

/**
 * Requests that say by whom they are share a lane, so that who sends more of them gets no more turns. All others have a
 * lane each: their address says nothing, as one machine may have many users, and one program many requests.
 */
function laneOf(request: FastifyRequest): string {
  const name = nameOf(request);
  if (name !== undefined) return `client ${request.tokenName ?? ''} ${name}`;
  return request.tokenName === undefined ? `request ${++lanes}` : `token ${request.tokenName}`;
}

let lanes = 0;
