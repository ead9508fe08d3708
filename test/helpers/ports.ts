// Ports for servers that go away, and may come back: none that anybody else gets meanwhile.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below those that Linux (from 32768), macOS and Windows (from 49152) give to programs that ask for any. */
const [first, last] = [15_000, 32_000];
const blockSize = 100;

/**
 * A block of ports is a process's own as long as it listens on the first one. A port that is free for a moment, between
 * the look and the server that is started on it, is then taken by no test file that runs at the same time.
 */
let block: Promise<number> | undefined;
let next = 1;

async function claimBlock(): Promise<number> {
  const blocks = (last - first) / blockSize;
  const start = randomInt(blocks);
  for (let tried = 0; tried < blocks; tried++) {
    const port = first + ((start + tried) % blocks) * blockSize;
    const mark = createServer();
    if (await isTakenBy(mark, port)) {
      mark.unref();
      return port;
    }
  }
  throw new Error(
    `No block of ${blockSize} ports is free between ${first} and ${last}: end what listens there.`,
  );
}

/** Listens on the next free port of 127.0.0.1. @returns the port */
export async function listenOnOwnPort(server: Server): Promise<number> {
  block ??= claimBlock();
  const own = await block;
  for (let tried = 1; tried < blockSize; tried++) {
    const port = own + next;
    next = (next % (blockSize - 1)) + 1;
    if (await isTakenBy(server, port)) return port;
  }
  throw new Error(
    `All ports from ${own} to ${own + blockSize - 1} are in use: stop the servers of this test file.`,
  );
}

async function isTakenBy(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return false;
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
