// A client on a bare connection: it sends any bytes, and sees all that comes back.
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Dialled {
  socket: Socket;
  /** All that came back until now. */
  said(): string;
  /** True when the connection is closed. */
  ended(): boolean;
}

/** Opens a connection until the end of the test, and sends `text` on it. */
export function dial(url: string, text: string | Buffer): Dialled {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let said = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, said: () => said, ended: () => socket.closed };
}
