// Our own client beside real sockets: which connections are used again, what ends them, and what counts as a loss. What
// undici's pool does, too, is asked of both.
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type HttpClient, ServerConnections } from '../../../src/net/connections.js';
import { PlainHttpError } from '../../../src/net/plain/fault.js';
import { eventually } from '../../helpers/eventually.js';
import { listening } from '../../helpers/listening.js';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Server {
  port: number;
  /** Those of all connections, in the order in which they came. */
  sockets: Socket[];
  /** What each connection has sent so far. */
  seen: string[];
}

/** @param answer called with each request, and the number of its connection; it is one when its body has come */
async function server(
  answer: (socket: Socket, connection: number, request: string) => void,
): Promise<Server> {
  const sockets: Socket[] = [];
  const seen: string[] = [];
  const port = await listening((socket) => {
    const connection = sockets.push(socket) - 1;
    seen.push('');
    let begun = '';
    socket.on('data', (bytes) => {
      seen[connection] += bytes.toString('latin1');
      begun += bytes.toString('latin1');
      const head = begun.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/i.exec(begun)?.[1] ?? 0);
      if (head < 4 || begun.length < head + length) return;
      const request = begun;
      begun = '';
      answer(socket, connection, request);
    });
  });
  return { port, sockets, seen };
}

function connectionsTo(port: number, httpClient: HttpClient, host = '127.0.0.1'): ServerConnections {
  const made = new ServerConnections({
    url: new URL(`http://${host}:${port}`),
    connectTimeoutMs: 2000,
    httpClient,
  });
  onTestFinished(() => made.close());
  return made;
}

const control = () => new AbortController();

async function ask(connections: ServerConnections, more: { body?: string; signal?: AbortSignal } = {}) {
  const { signal = control().signal } = more;
  const body = more.body ?? '{}';
  const headers = { 'content-type': 'application/json' };
  const answer = await connections.whole({
    ...{ path: '/x?y=1', method: 'POST', headers, body, signal },
    maxBytes: () => 1000,
  });
  return answer.bytes.toString();
}

describe.each<HttpClient>(['own', 'undici'])('%s', (client) => {
  test('sends a request as it is, and the next one over the same connection', async () => {
    const { port, seen } = await server((socket) => socket.write(ok));
    const connections = connectionsTo(port, client);
    expect([await ask(connections, { body: '"é"' }), await ask(connections)]).toEqual(['ok', 'ok']);
    const head = `POST /x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\ncontent-type: application/json\r\n`;
    const bodies = ['"\xc3\xa9"', '{}'];
    // undici may open a second connection while the first one ends its request.
    expect(seen.join('')).toBe(
      bodies.map((body) => `${head}content-length: ${body.length}\r\n\r\n${body}`).join(''),
    );
    expect([client === 'own' ? seen.length : 1, connections.losses]).toEqual([1, 0]);
  });

  test('never sends a request before the one before it is answered', async () => {
    const waiting: (() => void)[] = [];
    const { port, sockets } = await server((socket) => waiting.push(() => socket.write(ok)));
    const connections = connectionsTo(port, client);
    const asked = [ask(connections), ask(connections), ask(connections)];
    await eventually(() => waiting.length).toBe(3);
    expect(sockets).toHaveLength(3);
    for (const answer of waiting) answer();
    expect(await Promise.all(asked)).toEqual(['ok', 'ok', 'ok']);
  });

  test.each([
    ['says so', ok.replace('Content', 'Connection: close\r\nContent')],
    ['speaks HTTP/1.0', ok.replace('1.1', '1.0')],
    ['keeps it for a second', ok.replace('Content', 'Keep-Alive: timeout=1\r\nContent')],
  ])('takes a new connection where the server %s, which is no loss', async (_, said) => {
    const { port, sockets } = await server((socket) => socket.write(said));
    const connections = connectionsTo(port, client);
    expect([await ask(connections), await ask(connections)]).toEqual(['ok', 'ok']);
    expect([sockets.length, connections.losses]).toEqual([2, 0]);
  });

  test('reads up to the end of the connection where no length is said, which is no loss', async () => {
    const { port } = await server((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nok'));
    const connections = connectionsTo(port, client);
    expect([await ask(connections), await ask(connections)]).toEqual(['ok', 'ok']);
    expect(connections.losses).toBe(0);
  });

  test('loses an idle connection that the server ends', async () => {
    const { port, sockets } = await server((socket) => socket.write(ok));
    const connections = connectionsTo(port, client);
    await ask(connections);
    sockets[0]!.end();
    await eventually(() => connections.losses).toBe(1);
    expect(await ask(connections)).toBe('ok');
    expect([sockets.length, connections.losses]).toEqual([2, 1]);
  });

  test.each([
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['ends', (socket: Socket) => socket.end()],
    ['answers in part and ends', (socket: Socket) => socket.end(ok.slice(0, -1))],
    ['answers in something else', (socket: Socket) => socket.write('220 mail\r\n')],
  ])('fails a request, sends it once, and counts a loss when the server %s', async (_, act) => {
    const { port, sockets } = await server((socket, connection) =>
      connection === 0 ? act(socket) : socket.write(ok),
    );
    const connections = connectionsTo(port, client);
    await expect(ask(connections)).rejects.toThrow();
    expect([sockets.length, connections.losses]).toEqual([1, 1]);
    expect(await ask(connections)).toBe('ok');
  });

  test('fails a request that no server takes, and counts a loss', async () => {
    const { port, sockets } = await server(() => undefined);
    expect(sockets).toEqual([]);
    const connections = connectionsTo(port === 1 ? 2 : 1, client);
    await expect(ask(connections)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await eventually(() => connections.losses).toBe(1);
  });

  test('ends the connection of a request that is given up, which is no loss', async () => {
    let isAnswering = false;
    const { port, sockets } = await server((socket) => isAnswering && socket.write(ok));
    const connections = connectionsTo(port, client);
    const { signal, abort } = leaving();
    const asked = ask(connections, { signal });
    await eventually(() => sockets.length).toBe(1);
    const ended = new Promise((resolve) => sockets[0]!.once('close', resolve));
    abort();
    await expect(asked).rejects.toThrow('left');
    await ended;
    isAnswering = true;
    expect(await ask(connections)).toBe('ok');
    expect(connections.losses).toBe(0);
  });

  test('takes an answer that comes before the request is sent, and no other on that connection', async () => {
    const sockets: Socket[] = [];
    const port = await listening((socket) => {
      sockets.push(socket);
      socket.pause();
      if (sockets.length === 1) socket.write(ok);
      else socket.resume().once('data', () => socket.write(ok));
    });
    const connections = connectionsTo(port, client);
    expect(await ask(connections, { body: 'x'.repeat(30_000_000) })).toBe('ok');
    expect(await ask(connections)).toBe('ok');
    expect([sockets.length, connections.losses]).toEqual([2, 0]);
  });

  test('finds a server by its name, whichever address it listens on', async () => {
    const { port } = await server((socket) => socket.write(ok));
    expect(await ask(connectionsTo(port, client, 'localhost'))).toBe('ok');
  });

  test('counts a first connection after a minute without any', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { port } = await server((socket) =>
      socket.end(ok.replace('Content', 'Connection: close\r\nContent')),
    );
    const connections = connectionsTo(port, client);
    await ask(connections);
    // undici tells of an end when the socket is closed.
    await new Promise((resolve) => setTimeout(resolve, 20));
    vi.advanceTimersByTime(59_000);
    await ask(connections);
    expect(connections.losses).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    vi.advanceTimersByTime(61_000);
    await ask(connections);
    expect(connections.losses).toBe(1);
  });

  test('fails what is under way when it is closed', async () => {
    const { port, sockets } = await server(() => undefined);
    const connections = connectionsTo(port, client);
    const asked = expect(ask(connections)).rejects.toThrow();
    await eventually(() => sockets.length).toBe(1);
    await connections.close();
    await asked;
    expect(connections.losses).toBe(0);
  });
});

/** A signal, and what aborts it. */
function leaving(): { signal: AbortSignal; abort: () => void } {
  const controller = control();
  return { signal: controller.signal, abort: () => controller.abort(new Error('left')) };
}

describe('our own client alone', () => {
  test('fails at every byte at which a server resets, and the next request gets its answer', async () => {
    for (let bytes = 0; bytes < ok.length; bytes++) {
      const { port } = await server((socket, connection) => {
        if (connection > 0) socket.write(ok);
        else socket.write(ok.slice(0, bytes), () => socket.resetAndDestroy());
      });
      const connections = connectionsTo(port, 'own');
      await expect(ask(connections)).rejects.toThrow();
      expect(await ask(connections)).toBe('ok');
      expect(connections.losses).toBe(1);
    }
  });

  test('ends a connection on which bytes come that nobody asked for', async () => {
    const { port, sockets } = await server((socket) => socket.write(ok));
    const connections = connectionsTo(port, 'own');
    await ask(connections);
    sockets[0]!.write(ok);
    await eventually(() => connections.losses).toBe(1);
    expect(await ask(connections)).toBe('ok');
    expect(sockets).toHaveLength(2);
  });

  test('takes no answer behind which another one comes', async () => {
    const { port } = await server((socket) => socket.write(ok + ok));
    const connections = connectionsTo(port, 'own');
    await expect(ask(connections)).rejects.toThrow('bytes behind the answer');
    expect(connections.losses).toBe(1);
  });

  test('keeps an answer as it is while the next ones come', async () => {
    const { port } = await server((socket, _, request) => {
      const text = request.slice(-900);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    });
    const connections = connectionsTo(port, 'own');
    const send = (letter: string) =>
      connections.whole({
        ...{ path: '/', method: 'POST', headers: {}, body: letter.repeat(900), signal: control().signal },
        maxBytes: () => 1000,
      });
    const answers = [await send('a'), await send('b'), await send('c')];
    expect(answers.map(({ bytes }) => bytes.toString())).toEqual(
      ['a', 'b', 'c'].map((one) => one.repeat(900)),
    );
  });

  test('ends idle connections by itself, after the time that the server allows', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const kept = ok.replace('Content', 'Keep-Alive: timeout=5, max=100\r\nContent');
    const { port, sockets } = await server((socket) => socket.write(kept));
    const connections = connectionsTo(port, 'own');
    await ask(connections);
    await ask(connections);
    const ended = new Promise((resolve) => sockets[0]!.once('close', resolve));
    vi.advanceTimersByTime(2900);
    expect(await ask(connections)).toBe('ok');
    vi.advanceTimersByTime(3000);
    await ended;
    expect([sockets.length, connections.losses]).toEqual([1, 0]);
  });

  test('gives a connection up that does not come about, and lets a request leave before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    // Nothing answers there (RFC 5737).
    const connections = connectionsTo(9, 'own', '192.0.2.1');
    const { signal, abort } = leaving();
    const left = ask(connections, { signal });
    abort();
    await expect(left).rejects.toThrow('left');
    const asked = expect(ask(connections)).rejects.toThrow(PlainHttpError);
    vi.advanceTimersByTime(2000);
    await asked;
    expect(connections.losses).toBe(1);
  });

  test.each([
    ['a path with a line end', { path: '/x\r\nX: y' }],
    ['a path with a space', { path: '/x y' }],
    ['a header with a line end', { headers: { authorization: 'Bearer x\r\nX: y' } }],
    ['a header in other letters', { headers: { authorization: 'Bearer ж' } }],
    ['a name with a colon', { headers: { 'a: b': 'c' } }],
  ])('sends nothing with %s', async (_, wrong) => {
    const { port, sockets } = await server((socket) => socket.write(ok));
    const connections = connectionsTo(port, 'own');
    const { signal } = control();
    const asked = { path: '/', method: 'GET' as const, headers: {}, signal, maxBytes: () => 10 };
    await expect(connections.whole({ ...asked, ...wrong })).rejects.toThrow(/cannot be sent/);
    expect(sockets).toHaveLength(0);
  });
});
