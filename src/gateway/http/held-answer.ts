// A server's answer that is held back until it is known that it may be handed on. What has no room here waits in the
// connection.
import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

export interface HeldAnswer {
  /** Takes what comes from the server. */
  stream: PassThrough;
  /** Resolves when all of it has been sent, or was broken off. @throws what `confirmed` throws */
  sent: Promise<void>;
}

/**
 * @param confirmed resolves when it may be handed on
 * @param begin sends status and headers
 * @param ending aborted when client or server are gone, or time is over
 */
export function holdBack(
  confirmed: Promise<void>,
  begin: () => ServerResponse,
  ending: AbortSignal,
): HeldAnswer {
  const stream = new PassThrough();
  const isOver = new Promise<void>((resolve) => {
    stream.once('error', () => resolve());
    ending.addEventListener('abort', () => resolve(), { once: true });
  });
  const handOn = async () => {
    await confirmed;
    ending.throwIfAborted();
    // Whoever waits for the server's answer is told that it broke off.
    if (stream.destroyed) return;
    const client = begin();
    const isSent = new Promise<void>((resolve) => {
      client.once('finish', resolve);
    });
    stream.once('error', (error) => client.destroy(error));
    stream.pipe(client);
    await Promise.race([isSent, isOver]);
  };
  return { stream, sent: handOn() };
}
