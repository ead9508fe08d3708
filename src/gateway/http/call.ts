// Who asks, how urgent it is, and when nobody waits for the answer any more.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Priority } from '../../types.js';
import type { GatewayParts } from '../route-context.js';
import { ClientGoneError, DeadlineError, RefusedError } from '../routes/error-answers.js';

export interface Call {
  priority: Priority | undefined;
  caller: string;
  /** Aborted when the client goes away, or when its time is over. */
  signal: AbortSignal;
  /** Waits until an answer of so many bytes may be made. @throws the signal's reason */
  room(bytes: number): Promise<void>;
  /** The answer is there. */
  end(): void;
}

/** @throws {RefusedError} when the header asks for a priority that there isn't */
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

/** Undefined when nothing was said. @throws {RefusedError} */
export function priorityOf(value: unknown): Priority | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-4]$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && [0, 1, 2, 3, 4].includes(number)) return number as Priority;
  throw new RefusedError(400, 'the priority must be a whole number from 0 (first) to 4 (last)');
}

/** Callers of one priority take turns: by the name that they give themselves, else by their address. */
export function callerOf({ headers, socket }: FastifyRequest): string {
  const named = headers['x-embed-client'];
  return typeof named === 'string' && named !== '' ? named.slice(0, 64) : (socket.remoteAddress ?? '');
}
