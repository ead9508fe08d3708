// An HTTP server that plays a real one: it begins at a port of its own, or again at the one that it had, and ends at once.
import { createServer, type RequestListener, type Server } from 'node:http';
import { listen, listenOnOwnPort } from './ports.js';

/** @param port undefined: a free one */
export async function startServer(handle: RequestListener, port?: number): Promise<Server> {
  const server = createServer(handle);
  // Go's server has no idle time-out; Node's would close connections that a client is about to use.
  server.keepAliveTimeout = 0;
  if (port === undefined) await listenOnOwnPort(server);
  else await listen(server, port);
  return server;
}

/** Breaks all its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
