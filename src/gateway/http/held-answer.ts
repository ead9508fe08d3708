// Holds a server's answer back until it may be passed on. When the buffer is full, the rest waits in the
// connection.
import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

export interface HeldAnswer {
  /** Receives the server's bytes. */
  stream: PassThrough;
  /** Resolves when the whole answer was sent, or was broken off. @throws what `confirmed` throws */
  sent: Promise<void>;
}

/**
 * @param confirmed resolves when it may be passed on
 * @param begin sends status and headers
 * @param ending aborted when client or server are gone, or the time is over
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
    // The caller waits for the server's answer, and gets the error that it broke off.
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
