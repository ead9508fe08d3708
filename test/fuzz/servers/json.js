// A server of JSON whose honest answers a case gives, with a hook before each of them.
import { createServer } from 'node:http';

/**
 * @param answer `(method, path, body)` to what is sent as JSON; undefined: 404
 * @param lie `(path, response, honest, body)`: answers in place of the server when it returns true
 */
export async function startJson({ answer, lie = () => false }) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const path = request.url.split('?')[0];
      const body = parse(Buffer.concat(parts).toString());
      const honest = answer(request.method, path, body);
      if (lie(path, response, honest, body)) return;
      response.writeHead(honest === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(honest ?? { error: 'not found' }));
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
