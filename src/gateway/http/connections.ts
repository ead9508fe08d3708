// The connections of clients: how many there may be, which are ended because their client has stopped, and, at
// a stop, all when nothing is under way on any. Node itself leaves those open that never sent a request, and
// those whose answer ends after the stop began.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayLimits } from '../options.js';

/** Requests of one connection that may be under way: more would be kept without end, and no client sends so many. */
const maxPipelined = 100;
/** How long a client may have stopped, in ms, once the gateway wants to end. */
const DRAIN_IDLE_MS = 1000;

export class Connections {
  readonly #server: Server;
  /** Requests under way on each. */
  readonly #requests = new Map<Socket, Set<IncomingMessage>>();
  #draining = false;

  /** @param onNotice told once when a connection more than allowed was closed */
  constructor(
    server: Server,
    { maxConnections, idleMs }: Pick<GatewayLimits, 'maxConnections' | 'idleMs'>,
    onNotice: (message: string) => void,
  ) {
    this.#server = server;
    server.maxConnections = maxConnections;
    server.timeout = idleMs;
    server.once('drop', () =>
      onNotice(`More than ${maxConnections} connections at a time: those that come are closed at once.`),
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
      if (this.#draining) socket.setTimeout(DRAIN_IDLE_MS);
      response.once('close', () => {
        this.#requests.get(socket)?.delete(request);
        if (this.#draining) this.#endIdle();
      });
    });
    server.on('timeout', (socket: Socket) => this.#onSilence(socket));
  }

  /**
   * Ends all connections as soon as nothing is under way on any. Until then, who has one is answered: a client
   * must not find its connection closed under the request that it has just sent.
   */
  drain(): void {
    this.#draining = true;
    this.#server.timeout = DRAIN_IDLE_MS;
    for (const [socket, requests] of this.#requests) if (requests.size > 0) socket.setTimeout(DRAIN_IDLE_MS);
    this.#endIdle();
  }

  /** Nothing went in or out for a while: the client has stopped, unless it is the client that waits. */
  #onSilence(socket: Socket): void {
    const requests = [...(this.#requests.get(socket) ?? [])];
    // What lies here unread waits for the server behind, not for the client.
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
