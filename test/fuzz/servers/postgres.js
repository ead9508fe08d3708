// A server that speaks the protocol of PostgreSQL, as far as our client does, with a hook before each answer.
import { createServer } from 'node:net';

export function message(type, ...parts) {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  );
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

export const int16 = (value) => Buffer.from([(value >> 8) & 255, value & 255]);

export function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** A row of texts; null has none. */
export function dataRow(values) {
  const fields = values.flatMap((value) => {
    if (value === null || value === undefined) return [int32(-1)];
    const bytes = Buffer.from(String(value));
    return [int32(bytes.length), bytes];
  });
  return message('D', int16(values.length), ...fields);
}

const types = { text: 25, bool: 16, int: 23, float: 701, json: 3802 };

/** @param columns names with their types */
export function description(columns) {
  const fields = Object.entries(columns).flatMap(([name, type]) => [
    name,
    int32(0),
    int16(0),
    int32(types[type] ?? 25),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  return message('T', int16(Object.keys(columns).length), ...fields);
}

/** A COPY of one row, an id and a sum. */
function copied() {
  const sum = Buffer.from('0'.repeat(32));
  const row = [int16(2), int32(16), Buffer.alloc(16, 1), int32(sum.length), sum];
  return [
    message('H', Buffer.from([1]), int16(2), int16(1), int16(1)),
    ...[[copyStart], row, [int16(-1)]].map((parts) => message('d', ...parts)),
    message('c'),
  ];
}

/** What a COPY in binary begins with. */
export const copyStart = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

const ready = message('Z', Buffer.from('I'));
const hello = [
  message('R', int32(0)),
  message('S', 'client_encoding', 'UTF8'),
  message('S', 'server_version', '16.2'),
  message('K', int32(1), int32(2)),
  ready,
];

/**
 * @param answer `(sql)`: `{ columns, rows, tag }` of a statement
 * @param lie `(what, socket, honest)`: answers in place of the server when it returns true. `what` is `hello`, or the statement
 */
export async function startPostgres({ answer, lie = () => false }) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    let held = Buffer.alloc(0);
    let hasBegun = false;
    let statement = '';
    let hasLied = false;
    const say = (bytes) => socket.writable && socket.write(bytes);
    const run = (sql, isSimple) => {
      const honest = answer(sql);
      hasLied = lie(sql, socket, honest);
      if (hasLied) return false;
      if (/ TO STDOUT /.test(sql)) return say(Buffer.concat([...copied(), message('C', 'COPY 1'), ready]));
      if (/^COPY/.test(sql)) return say(message('G', Buffer.from([1]), int16(0)));
      const parts = [];
      if (honest.columns && isSimple) parts.push(description(honest.columns));
      parts.push(...(honest.rows ?? []).map(dataRow), message('C', honest.tag ?? 'SELECT 1'));
      say(Buffer.concat(isSimple ? [...parts, ready] : parts));
      return true;
    };
    const take = (type, body) => {
      if (type === 'Q') run(body.toString('utf8', 0, body.length - 1), true);
      if (type === 'P') {
        statement = body
          .subarray(body.indexOf(0) + 1)
          .toString()
          .split('\0')[0];
        say(message('1'));
      }
      if (type === 'B') say(message('2'));
      if (type === 'D') {
        const { columns } = answer(statement);
        say(columns ? description(columns) : message('n'));
      }
      if (type === 'E') run(statement, false);
      // What is to be said after a lie is a part of it.
      if (type === 'S' && !hasLied) say(ready);
      if (type === 'c') say(Buffer.concat([message('C', 'COPY 1'), ready]));
      if (type === 'X') socket.end();
    };
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (;;) {
        const head = hasBegun ? 5 : 4;
        if (held.length < head) return;
        const length = held.readInt32BE(head - 4) + head - 4;
        if (length < head || length > 1e8) return void socket.destroy();
        if (held.length < length) return;
        const part = held.subarray(0, length);
        held = held.subarray(length);
        if (hasBegun) take(String.fromCharCode(part[0]), part.subarray(5));
        else if (part.readInt32BE(4) === 80877103) say('N');
        else {
          hasBegun = true;
          if (!lie('hello', socket, undefined)) say(Buffer.concat(hello));
        }
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}
