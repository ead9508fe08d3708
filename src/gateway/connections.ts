// The connections of clients, so that a stop ends them when nothing is under way on any: Node itself leaves
// those open that never sent a request, and those whose answer ends after the stop began.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export class Connections {
  /** Requests under way on each. */
  readonly #requests = new Map<Socket, number>();
  #draining = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      if (this.#draining) socket.destroy();
      this.#requests.set(socket, 0);
      socket.once('close', () => this.#requests.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /**
   * Ends all connections as soon as nothing is under way on any. Until then, who has one is answered: a client
   * must not find its connection closed under the request that it has just sent.
   */
  drain(): void {
    this.#draining = true;
    this.#endIdle();
  }

  #endIdle(): void {
    const sockets = [...this.#requests];
    if (sockets.some(([, requests]) => requests > 0)) return;
    for (const [socket] of sockets) socket.destroySoon();
  }

  #count(socket: Socket, change: number): void {
    const requests = (this.#requests.get(socket) ?? 0) + change;
    if (this.#requests.has(socket)) this.#requests.set(socket, requests);
    if (this.#draining) this.#endIdle();
  }
}
