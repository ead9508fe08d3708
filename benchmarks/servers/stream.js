// A server that streams: GET /BYTES answers with so many, GET /BYTES/RATE with so many a second at most.
// Prints its URL when it is ready.
import { createServer } from 'node:http';

const partBytes = Buffer.alloc(64 * 1024, 'x');

const server = createServer(async (request, response) => {
  request.resume();
  const [bytes, rate] = request.url.split('/').slice(1).map(Number);
  if (Number.isNaN(bytes)) return response.end('{}');
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
  const start = performance.now();
  for (let sent = 0; sent < bytes; sent += partBytes.length) {
    const due = rate ? (sent / rate) * 1000 - (performance.now() - start) : 0;
    if (due > 1) await new Promise((resolve) => setTimeout(resolve, due));
    const part = bytes - sent < partBytes.length ? partBytes.subarray(0, bytes - sent) : partBytes;
    if (!response.write(part)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
