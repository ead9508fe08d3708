// src/gateway/http: what protects the gateway from its clients: connections, memory of bodies (upload-memory.ts) and
// answers (answer-memory.ts), bodies that needn't be sent (expect-continue.ts), tokens (auth.ts), paths (target-path.ts),
// log lines (log-stream.ts).
//
// This file limits the number of connections, ends those whose client is stuck, and closes all at a stop, once no
// request is in flight. Node alone would leave open those that never sent a request, and those whose answer ends
// after the stop began.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RunEvents } from '../../events.js';
import type { GatewayLimits } from '../options.js';

/** Max requests in flight on one connection. No client sends so many, and Node would keep any number in memory. */
const maxPipelined = 100;
/** Max time without progress on a connection while the gateway stops, in ms. */
const drainIdleMs = 1000;

export class Connections {
  readonly #server: Server;
  /** Requests in flight on each connection. */
  readonly #requests = new Map<Socket, Set<IncomingMessage>>();
  #draining = false;

  /** @param events told once, when the first connection too many is closed */
  constructor(
    server: Server,
    { maxConnections, idleMs }: Pick<GatewayLimits, 'maxConnections' | 'idleMs'>,
    events: RunEvents,
  ) {
    this.#server = server;
    server.maxConnections = maxConnections;
    server.timeout = idleMs;
    server.once('drop', () =>
      events.warning(
        `More than ${maxConnections} connections at a time: further ones are closed at once.`,
        'too-many-connections',
      ),
    );
    server.on('connection', (socket: Socket) => {
      if (this.#draining) socket.destroy();
      this.#requests.set(socket, new Set());
      socket.once('close', () => this.#requests.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const requests = this.#requests.get(socket);
      requests?.add(request);
      if (requests && requests.size > maxPipelined) socket.destroy();
      if (this.#draining) socket.setTimeout(drainIdleMs);
      response.once('close', () => {
        this.#requests.get(socket)?.delete(request);
        if (this.#draining) this.#endIdle();
      });
    });
    server.on('timeout', (socket: Socket) => this.#onSilence(socket));
  }

  /**
   * Closes all connections once no request is in flight on any of them. Until then all requests are answered, so that
   * no client finds its connection closed just after it sent a request.
   */
  drain(): void {
    this.#draining = true;
    this.#server.timeout = drainIdleMs;
    for (const [socket, requests] of this.#requests) if (requests.size > 0) socket.setTimeout(drainIdleMs);
    this.#endIdle();
  }

  /** No byte came or went for a while: the client is stuck, unless it waits for us. */
  #onSilence(socket: Socket): void {
    const requests = [...(this.#requests.get(socket) ?? [])];
    // Bytes that lie here unread wait for our server, not for the client.
    const sends = requests.some((request) => !request.complete && request.readableLength === 0);
    const takes = socket.writableLength > 0;
    if (requests.length === 0 || sends || takes) socket.destroy();
    else socket.setTimeout(this.#server.timeout);
  }

  #endIdle(): void {
    const sockets = [...this.#requests];
    if (sockets.some(([, requests]) => requests.size > 0)) return;
    for (const [socket] of sockets) socket.destroySoon();
  }
}
