// A Redis of a few commands in memory, that a case can make lie in any answer.
import { createServer } from 'node:net';

/** @param lie called with a command's words; returns bytes to send in place of the answer, or undefined */
export async function startRedis({ lie = () => undefined } = {}) {
  const values = new Map();
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let rest = Buffer.alloc(0);
    socket.on('data', (part) => {
      rest = Buffer.concat([rest, part]);
      for (let found = readCommand(rest); found !== undefined; found = readCommand(rest)) {
        rest = rest.subarray(found.bytes);
        const honest = answer(values, found.words);
        const lied = lie(found.words, socket, honest);
        if (!socket.destroyed) socket.write(lied ?? honest);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${server.address().port}`,
    values,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export function bulk(value) {
  if (value === undefined) return Buffer.from('$-1\r\n');
  return Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')]);
}

function answer(values, [name, ...words]) {
  const [key] = words.map(String);
  switch (String(name).toLowerCase()) {
    case 'info':
      return bulk(
        Buffer.from('redis_version:7.2.0\r\nloading:0\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n'),
      );
    case 'get':
      return bulk(values.get(key));
    case 'mget':
      return array(words.map((word) => bulk(values.get(String(word)))));
    case 'set':
      values.set(key, words[1]);
      return Buffer.from('+OK\r\n');
    case 'ping':
      return Buffer.from('+PONG\r\n');
    case 'scan':
      return array([bulk(Buffer.from('0')), array([...values.keys()].map((one) => bulk(Buffer.from(one))))]);
    case 'strlen':
      return Buffer.from(`:${values.get(key)?.length ?? 0}\r\n`);
    case 'hgetall':
      return array([]);
    case 'pttl':
    case 'hincrby':
    case 'expire':
    case 'del':
    case 'unlink':
    case 'dbsize':
      return Buffer.from(':1\r\n');
    default:
      return Buffer.from('+OK\r\n');
  }
}

function array(items) {
  return Buffer.concat([Buffer.from(`*${items.length}\r\n`), ...items]);
}

/** The first whole command of what has come. */
function readCommand(bytes) {
  const head = bytes.indexOf('\r\n');
  if (head < 0) return undefined;
  const words = [];
  let at = head + 2;
  for (let left = Number(bytes.toString('latin1', 1, head)); left > 0; left--) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const length = Number(bytes.toString('latin1', at + 1, end));
    if (bytes.length < end + 2 + length + 2) return undefined;
    words.push(Buffer.from(bytes.subarray(end + 2, end + 2 + length)));
    at = end + 2 + length + 2;
  }
  return { words, bytes: at };
}
