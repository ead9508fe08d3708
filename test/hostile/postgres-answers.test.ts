// A PostgreSQL that is none: it sends without end, what can't be read, or nothing. The fuzzer plays the same server.
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Destination } from '../../src/destinations/destination.js';
import { openDestination } from '../../src/destinations/open.js';
import { DestinationError } from '../../src/errors.js';

interface Socket {
  destroyed: boolean;
  write(bytes: Buffer): boolean;
  on(event: 'drain', listener: () => void): void;
  bytesWritten: number;
}

interface Honest {
  columns?: Record<string, string>;
  rows?: unknown[][];
  tag?: string;
}

interface Protocol {
  message(type: string, ...parts: (Buffer | string)[]): Buffer;
  int16(value: number): Buffer;
  int32(value: number): Buffer;
  dataRow(values: unknown[]): Buffer;
  description(columns: Record<string, string>): Buffer;
  copyStart: Buffer;
  startPostgres(options: {
    answer(sql: string): Honest;
    lie(sql: string, socket: Socket): boolean;
  }): Promise<{ port: number; stop(): Promise<void> }>;
}

let postgres: Protocol;
beforeAll(async () => {
  postgres = (await import(new URL('../fuzz/servers/postgres.js', import.meta.url).href)) as Protocol;
});

const columns = ['index_name', 'id', 'source', 'chunk', 'text', 'metadata', 'sum', 'embedding'];
const types = ['text', 'uuid', 'text', 'int4', 'text', 'jsonb', 'text', 'vector'];
const found = { id: 'text', source: 'text', text: 'text', metadata: 'text', score: 'float' };

/** A server with a table of ours, which lies about what a search finds, or another statement. */
async function searched(
  lie: (socket: Socket) => void,
  timeoutMs = 10_000,
  about = 'AS score',
): Promise<Destination> {
  const server = await postgres.startPostgres({
    answer: (sql) =>
      sql.includes('FROM pg_attribute')
        ? {
            columns: { name: 'text', type: 'text', size: 'int' },
            rows: columns.map((name, at) => [name, types[at], 8]),
          }
        : sql.includes('AS is_mine')
          ? { columns: { is_mine: 'bool' }, rows: [['t']] }
          : ({ columns: sql.includes('AS score') ? found : undefined, tag: 'SET' } as Honest),
    lie: (sql, socket) => {
      if (!sql.includes(about)) return false;
      lie(socket);
      return true;
    },
  });
  const store = await openDestination({
    address: `postgres://user:secret@127.0.0.1:${server.port}/db?sslmode=disable`,
    index: 'default',
    isFromFile: false,
    cwd: process.cwd(),
    timeoutMs,
    signal: new AbortController().signal,
    notice: () => undefined,
  });
  onTestFinished(async () => {
    await store.close();
    await server.stop();
  });
  return store;
}

const search = (store: Destination) => store.search(new Float32Array(8), 3);

const copyOf = (...parts: Buffer[]) => postgres.message('d', postgres.copyStart, ...parts);

/** A row up to its sum. */
const row = (sumBytes: number) => [
  postgres.int16(2),
  postgres.int32(16),
  Buffer.alloc(16, 1),
  postgres.int32(sumBytes),
];

function pour(socket: Socket, bytes: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

describe('a PostgreSQL', () => {
  test.each<[string, (socket: Socket) => void]>([
    [
      'rows',
      (socket) =>
        pour(socket, Buffer.concat(Array(500).fill(postgres.dataRow(['a', 'b', 'c'.repeat(200), '{}', 1])))),
    ],
    [
      'notices',
      (socket) =>
        pour(
          socket,
          Buffer.concat(
            Array(500).fill(postgres.message('N', Buffer.from('M'), 'x'.repeat(200), Buffer.from([0]))),
          ),
        ),
    ],
    [
      'one message',
      (socket) => {
        socket.write(Buffer.concat([Buffer.from('D'), postgres.int32(2 ** 31 - 1)]));
        pour(socket, Buffer.alloc(65_536, 65));
      },
    ],
  ])('that sends %s without end is left', async (_, lie) => {
    let socket: Socket | undefined;
    const store = await searched((one) => {
      socket = one;
      lie(one);
    });
    await expect(search(store)).rejects.toThrow('it gave more than an answer can be');
    expect(socket!.bytesWritten).toBeLessThan(1e9);
  });

  test.each<[string, () => Buffer]>([
    ['fields that are not there', () => postgres.message('D', postgres.int16(5), Buffer.alloc(8, 0xd7))],
    ['a length that is none', () => Buffer.concat([Buffer.from('D'), postgres.int32(-5), Buffer.alloc(20)])],
    ['a copy that nobody asked for', () => postgres.message('W', Buffer.from([9]), postgres.int16(-7))],
  ])('that sends %s ends no process', async (_, bytes) => {
    const store = await searched((socket) => socket.write(bytes()), 400);
    await expect(search(store)).rejects.toBeInstanceOf(DestinationError);
  });

  test.each([
    ['a score that is none', [['id', 'a.md', 'text', '{}', 'NaN']]],
    ['no text', [['id', 'a.md', null, '{}', '0.5']]],
    ['other columns', [['id', 'a.md']]],
  ])('that finds rows with %s is told', async (_, rows) => {
    const store = await searched((socket) =>
      socket.write(
        Buffer.concat([
          ...rows.map((row) => postgres.dataRow(row)),
          postgres.message('C', 'SELECT 1'),
          postgres.message('Z', Buffer.from('I')),
        ]),
      ),
    );
    await expect(search(store)).rejects.toThrow('its rows are not those of embed');
  });

  test.each<[string, () => Buffer[]]>([
    ['what is no copy', () => [postgres.message('d', Buffer.alloc(40, 1))]],
    ['rows of other columns', () => [copyOf(postgres.int16(3), Buffer.alloc(100))]],
    ['ids of other lengths', () => [copyOf(postgres.int16(2), postgres.int32(4), Buffer.alloc(60))]],
    ['a sum without end', () => [copyOf(...row(2 ** 30), Buffer.alloc(60))]],
    ['half a row', () => [copyOf(...row(32), Buffer.alloc(9))]],
    ['rows behind the end', () => [copyOf(postgres.int16(-1), ...row(0))]],
    ['no copy at all', () => [postgres.message('C', 'COPY 0'), postgres.message('Z', Buffer.from('I'))]],
    ['rows of a query', () => [postgres.dataRow(['a', 'b'])]],
    [
      'a message of no length',
      () => [Buffer.concat([Buffer.from('d'), postgres.int32(0), Buffer.alloc(20)])],
    ],
    ['no more', () => [copyOf(...row(0))]],
  ])('whose listing is %s is told', async (_, parts) => {
    const isOpen = _ === 'no more';
    const end = [
      postgres.message('c'),
      postgres.message('C', 'COPY 1'),
      postgres.message('Z', Buffer.from('T')),
    ];
    const begin = postgres.message('H', Buffer.from([1]), postgres.int16(2), Buffer.alloc(4));
    const store = await searched(
      (socket) => socket.write(Buffer.concat([begin, ...parts(), ...(isOpen ? [] : end)])),
      40,
      'TO STDOUT',
    );
    await store.check();
    const listing = async () => {
      for await (const _ of store.listKeys!());
    };
    await expect(listing()).rejects.toBeInstanceOf(DestinationError);
  });

  test('that says nothing is waited for only so long', async () => {
    const store = await searched(() => undefined, 300);
    await expect(search(store)).rejects.toThrow('no answer within 300 ms');
  });
});
