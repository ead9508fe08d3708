// Ports for servers that go away, and may come back: none that the system gives to another program meanwhile.
import { randomInt } from 'node:crypto';
import type { Server } from 'node:net';

/** Below those that Linux (from 32768), macOS and Windows (from 49152) give to programs that ask for any. */
const [first, last] = [15_000, 32_000];
/** Test files that run at the same time begin at different ones. */
let next = randomInt(first, last);

/** Listens on the next free port of 127.0.0.1. @returns the port */
export async function listenOnOwnPort(server: Server): Promise<number> {
  for (;;) {
    const port = next;
    next = port === last ? first : port + 1;
    try {
      await listen(server, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
