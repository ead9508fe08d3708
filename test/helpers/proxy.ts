// A scripted HTTP proxy: a real server that opens tunnels (CONNECT) and hands on single requests. It alone knows where
// the names of its table are: nothing else resolves `ollama.invalid`, so what arrives there came by the proxy.
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenOnOwnPort } from './ports.js';
import { stopAfterTest } from './running.js';

export interface ProxyOptions {
  /** Where names lead: `{ 'ollama.invalid:11434': 'http://127.0.0.1:1234' }`. */
  hosts?: { [name: string]: string };
  /** `user:password` that it wants. @default none */
  login?: string;
  /** What it names in Proxy-Authenticate. @default nothing */
  wants?: string;
  /** What it says to CONNECT in place of a tunnel. @default it opens one */
  connectStatus?: number;
  /** What it does with whatever it is asked. @default 'work' */
  as?: 'work' | 'hang' | 'reset' | 'reset-in-answer' | 'lie' | 'no-http' | 'endless-head';
}

export interface TestProxy {
  url: string;
  /** `CONNECT host:port`, or method and address of a request that was handed on. */
  readonly asked: string[];
  /** May be changed at any time. */
  readonly options: ProxyOptions;
  stop(): Promise<void>;
}

const established = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** As the network of a hotel: whatever is asked, it shows its own page. */
function lie(socket: Socket): void {
  socket.write(established);
  const page = '<html>Please log in to the guest network</html>';
  socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\n\r\n${page}`));
}

/** A proxy for one test. */
export async function startProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const agent = new Agent({ keepAlive: false });
  const isLetIn = ({ headers }: IncomingMessage) =>
    options.login === undefined ||
    headers['proxy-authorization'] === `Basic ${Buffer.from(options.login).toString('base64')}`;

  function handOn(incoming: IncomingMessage, response: ServerResponse): void {
    asked.push(`${incoming.method} ${incoming.url}`);
    const refuse = (status: number, page: string) => {
      response.writeHead(status, { ...(options.wants && { 'Proxy-Authenticate': options.wants }) }).end(page);
    };
    if (options.as === 'hang') return;
    if (options.as === 'reset') incoming.socket.resetAndDestroy();
    else if (!isLetIn(incoming)) refuse(407, '<h1>Proxy Authentication Required</h1>');
    else send(incoming, response, refuse);
  }

  function send(
    incoming: IncomingMessage,
    response: ServerResponse,
    refuse: (status: number, page: string) => void,
  ): void {
    const { host, pathname, search } = new URL(incoming.url!);
    const target = options.hosts?.[host];
    if (target === undefined) {
      refuse(502, '<h1>Bad Gateway</h1>');
      return;
    }
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onward = request(
      target + pathname + search,
      { method: incoming.method!, headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () =>
      response.headersSent ? response.destroy() : refuse(502, '<h1>Bad Gateway</h1>'),
    );
    incoming.pipe(onward);
  }

  function openTunnel(incoming: IncomingMessage, stream: Duplex): void {
    const { url = '' } = incoming;
    const socket = stream as Socket;
    asked.push(`CONNECT ${url}`);
    socket.on('error', () => {});
    const refuse = (status: number) => {
      const wants = options.wants === undefined ? '' : `Proxy-Authenticate: ${options.wants}\r\n`;
      socket.end(`HTTP/1.1 ${status} No\r\n${wants}Content-Length: 0\r\n\r\n`);
    };
    const target = options.hosts?.[url];
    if (options.as === 'hang') return;
    if (options.as === 'reset') socket.resetAndDestroy();
    else if (options.as === 'no-http') socket.end('220 mail.example ESMTP\r\n');
    else if (options.as === 'endless-head') socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}`);
    else if (!isLetIn(incoming)) refuse(407);
    else if (options.connectStatus !== undefined) refuse(options.connectStatus);
    else if (options.as === 'lie') lie(socket);
    else if (target === undefined) refuse(502);
    else join(socket, new URL(target));
  }

  function join(socket: Socket, { hostname, port }: URL): void {
    const onward = connect(Number(port), hostname, () => {
      socket.write(established);
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    onward.on('data', (part: Buffer) => {
      if (options.as === 'reset-in-answer' && part.includes('"embeddings"')) socket.resetAndDestroy();
    });
    onward.on('error', () => socket.destroy());
    onward.on('close', () => {
      sockets.delete(onward);
      socket.destroy();
    });
    socket.on('close', () => onward.destroy());
  }

  const server: Server = createServer(handOn).on('connect', openTunnel);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listenOnOwnPort(server);
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${port}`,
    asked,
    options,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        agent.destroy();
        for (const socket of sockets) socket.destroy();
      }),
  };
  stopAfterTest(proxy);
  return proxy;
}
