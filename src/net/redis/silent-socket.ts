// Ends a connection on which nothing is answered any more. The host at its other end may have lost its power or its network:
// then nothing closes the connection, and the system sends again what was not taken for a quarter of an hour.
import type { Socket } from 'node:net';

/** Ends the connection, as if it had broken, when nothing comes for so long after something was written, in ms. */
export function endWhenSilent(stream: Socket, silenceMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    if (timer === undefined) return;
    const silence = new Error(`no answer for ${silenceMs} ms`);
    stream.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }));
  };
  const answered = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = ((...args: unknown[]) => {
    // What has come while this process was held up is read before the connection ends.
    if (!stream.destroyed) timer ??= setTimeout(() => setImmediate(end), silenceMs);
    return write(...args);
  }) as Socket['write'];
  stream.on('data', answered);
  stream.on('close', answered);
}
