// The connections of clients, so that a stop ends those on which nothing is under way: Node itself leaves
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

  /** Ends every connection as soon as nothing is under way on it. */
  drain(): void {
    this.#draining = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroySoon();
  }

  #count(socket: Socket, change: number): void {
    const requests = (this.#requests.get(socket) ?? 0) + change;
    if (this.#requests.has(socket)) this.#requests.set(socket, requests);
    if (this.#draining && requests === 0) socket.destroySoon();
  }
}
