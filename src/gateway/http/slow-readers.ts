// Ends connections whose clients take their answers too slowly, so that no answer stays in memory for good. Node's own
// time-out only ends those that take nothing at all.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { GatewayLimits } from '../options.js';

/** How often it looks, in ms. */
const lookMs = 1000;
/** Who takes fewer bytes a second than this doesn't want the answer. */
const leastBytesPerSecond = 16 * 1024;

interface Ended {
  at: number;
  /** Bytes that were left then. */
  left: number;
}

/** Watches the answers of a server that are made, but not taken yet. */
export function endSlowReaders(server: Server, { receiveMs }: Pick<GatewayLimits, 'receiveMs'>): void {
  const open = new Map<ServerResponse, Ended | undefined>();
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    open.set(response, undefined);
    response.once('close', () => open.delete(response));
  });
  const look = () => {
    const now = performance.now();
    for (const [response, before] of open) {
      if (!response.writableEnded || response.writableFinished) continue;
      const ended = before ?? { at: now, left: response.writableLength };
      open.set(response, ended);
      if (now - ended.at > receiveMs + (1000 * ended.left) / leastBytesPerSecond) response.destroy();
    }
  };
  const timer = setInterval(look, Math.min(lookMs, receiveMs)).unref();
  server.once('close', () => clearInterval(timer));
}
