// A bad network before one server: a TCP proxy that delays, stalls and resets. What is lost on the way, it can't show: TCP
// sends that again, which looks like a delay.
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @param port of the server, on loopback
 * @param faults.latencyMs added each way
 * @param faults.stallMs how long nothing passes, every `faults.everyMs`
 * @param faults.resets whether all connections are reset instead
 * @returns its port, what begins all but the latency, and what ends it
 */
export async function badNetwork(port, { latencyMs = 0, stallMs = 0, everyMs = 0, resets = false }) {
  const pairs = new Set();
  let stalled = Promise.resolve();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pair = [client, upstream];
    pairs.add(pair);
    for (const [at, socket] of pair.entries()) {
      const other = pair[1 - at];
      socket.setNoDelay(true);
      let last = Promise.resolve();
      socket.on('data', (part) => {
        const arrives = performance.now() + latencyMs;
        const before = last;
        // In order, though each part is on its way for as long as any other.
        last = (async () => {
          await before;
          await stalled;
          const leftMs = arrives - performance.now();
          if (leftMs > 0) await sleep(leftMs);
          if (!other.destroyed) other.write(part);
        })();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        void last.then(() => other.destroy());
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let timer;

  function disturb() {
    if (resets) for (const [client] of pairs) client.resetAndDestroy();
    else stalled = sleep(stallMs);
  }

  return {
    port: server.address().port,
    /** Stalls and resets begin. */
    begin() {
      if (everyMs > 0) timer = setInterval(disturb, everyMs);
    },
    close() {
      clearInterval(timer);
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
  };
}
