// What the gateway knows of one request: its caller, its priority, and when the client no longer waits.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Priority } from '../../types/requests.js';
import type { GatewayParts } from '../route-context.js';
import { ClientGoneError, DeadlineError, RefusedError } from '../routes/error-answers.js';

export interface Call {
  priority: Priority | undefined;
  caller: string;
  /** Aborted when the client leaves, or the time is over. */
  signal: AbortSignal;
  /** Waits until an answer of so many bytes may be made. @throws the signal's reason */
  room(bytes: number): Promise<void>;
  /** Call when the answer is complete. */
  end(): void;
}

/** @throws {RefusedError} when the header asks for an unknown priority */
export function callOf(request: FastifyRequest, reply: FastifyReply, parts: GatewayParts): Call {
  const { answers, limits } = parts;
  const controller = new AbortController();
  const onClose = () => controller.abort(new ClientGoneError());
  const timer = setTimeout(() => controller.abort(new DeadlineError()), limits.deadlineMs);
  reply.raw.once('close', onClose);
  const end = () => {
    clearTimeout(timer);
    reply.raw.off('close', onClose);
  };
  try {
    const priority = priorityOf(request.headers['x-embed-priority']);
    const { signal } = controller;
    const room = (bytes: number) => answers.take(reply.raw, bytes, signal);
    return { priority, caller: callerOf(request), signal, room, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** Undefined when none was given. @throws {RefusedError} */
export function priorityOf(value: unknown): Priority | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-4]$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && [0, 1, 2, 3, 4].includes(number)) return number as Priority;
  throw new RefusedError(400, 'the priority must be a whole number from 0 (first) to 4 (last)');
}

/** The name of the caller, by its header, else its address. Callers of the same priority take turns. */
export function callerOf({ headers, socket }: FastifyRequest): string {
  const named = headers['x-embed-client'];
  return typeof named === 'string' && named !== '' ? named.slice(0, 64) : (socket.remoteAddress ?? '');
}
