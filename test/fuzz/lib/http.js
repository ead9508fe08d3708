// Requests to a server under attack, and whether it is still well.
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Of an answer that is passed on from a server without end, as long as the gateway lets it. */
const mostBytes = 64e6;

/** One whole request. `status` is undefined, and `body` says why, when no answer comes in time. */
export function send(c, port, method, path, content, headers = {}) {
  return new Promise((resolve) => {
    let cut = () => undefined;
    const timer = setTimeout(() => {
      // It goes on: its bound is the gateway's deadline.
      if (cut()) return;
      const sent = `${content?.length ?? 0} bytes, ${String(content).slice(0, 40)}`;
      resolve({ body: `no answer to ${method} ${path} in 30 s (${sent})` });
      request.destroy();
    }, 30_000 * c.scale);
    const done = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    let request;
    try {
      request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
    } catch {
      // What no client can send is no attack.
      return done({ status: 0, body: '', type: '' });
    }
    request.on('response', (response) => {
      const parts = [];
      let length = 0;
      cut = () => {
        done({ status: 0, body: '', type: '' });
        return request.destroy();
      };
      response.on('data', (part) => {
        parts.push(part);
        length += part.length;
        if (length > mostBytes) cut();
      });
      const end = () =>
        done({
          status: response.complete ? response.statusCode : 0,
          body: Buffer.concat(parts).toString(),
          type: response.headers['content-type'] ?? '',
          headers: response.headers,
        });
      response.on('end', end).on('error', end);
    });
    // A connection that is closed in mid-request is an answer, too.
    request.on('error', () => done({ status: 0, body: '', type: '' }));
    request.end(content);
  });
}

/** Whether it answers `/health` within so many ms. */
export async function isWell(c, port, most) {
  for (const end = performance.now() + most * c.scale; performance.now() < end; await pause(100)) {
    const { status } = await send(c, port, 'GET', '/health');
    if (status === 200) return true;
  }
  return false;
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
