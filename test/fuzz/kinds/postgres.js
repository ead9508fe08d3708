// A PostgreSQL that lies: rows without end, rows of others, values that are none, messages that are none, silence.
import { strangeValue } from '../lib/values.js';
import { foreignText } from '../lib/words.js';
import { dimensions } from '../servers/ollama.js';
import { dataRow, description, int16, int32, message, startPostgres } from '../servers/postgres.js';

const columns = ['index_name', 'id', 'source', 'chunk', 'text', 'metadata', 'sum', 'embedding'];
const columnTypes = ['text', 'uuid', 'text', 'int4', 'text', 'jsonb', 'text', 'vector'];
const id = '01234567-89ab-8def-8123-456789abcdef';
const metadata = JSON.stringify({ source: 'docs/page-1.md', line: 1, chunk: 0, heading: [], title: 'x' });
const place = { id: 'text', source: 'text', text: 'text', metadata: 'text' };
const found = [id, 'docs/page-1.md', 'Islands of a store.', metadata];

/** What an honest server says, with one row. */
const answers = [
  [
    /FROM pg_attribute/,
    () => ({
      columns: { name: 'text', type: 'text', size: 'int' },
      rows: columns.map((name, at) => [name, columnTypes[at], dimensions]),
    }),
  ],
  [/AS is_there/, () => ({ columns: { is_there: 'bool' }, rows: [['t']] })],
  [/AS is_mine/, () => ({ columns: { is_mine: 'bool' }, rows: [['t']] })],
  [
    /SELECT index_name, token/,
    () => ({
      columns: { index_name: 'text', token: 'text', space: 'json' },
      rows: [['default', '0'.repeat(32), '{}']],
    }),
  ],
  [/RECURSIVE names/, () => ({ columns: { name: 'text' }, rows: [['default']] })],
  [/count\(\*\)::text AS rows FROM/, () => ({ columns: { rows: 'text' }, rows: [['1']] })],
  [
    /^FETCH/,
    () => ({ columns: { id: 'text', sum: 'text', source: 'text' }, rows: [[id, '0'.repeat(32), '']] }),
  ],
  [/pg_type WHERE typname|^SELECT 1 /, () => ({ columns: { one: 'int' }, rows: [['1']] })],
  [
    /unnest\(\$2::text\[\]\) AS word/,
    () => ({ columns: { word: 'text', rows: 'text' }, rows: [['islands', '3']] }),
  ],
  [
    /embedding::text AS vector/,
    () => ({ columns: { id: 'text', vector: 'text' }, rows: [[id, `[${Array(dimensions).fill(0.1)}]`]] }),
  ],
  [/AS score/, () => ({ columns: { ...place, score: 'float' }, rows: [[...found, '0.9']] })],
  [/^SELECT id::text, source/, () => ({ columns: place, rows: [found] })],
];

function honestTo(sql) {
  const [, answer] = answers.find(([words]) => words.test(sql)) ?? [];
  return answer?.() ?? { tag: sql.split(' ')[0] };
}

/** Says the same again and again, as fast as it is read. */
function pour(socket, first, again) {
  if (first) socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.write(again));
  };
  socket.on('drain', more);
  more();
}

const strangeRow = (random, row) => row.map((one) => (random.chance(0.4) ? wild(random) : one));

function wild(random) {
  const value = random.pick([
    strangeValue(random),
    'NaN',
    'Infinity',
    '[NaN,1]',
    '{',
    foreignText(random),
    null,
    '-1',
    '1e400',
  ]);
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}

/** How it lies: `(socket, random, honest)`. */
const ways = {
  'rows without end': (socket, _random, { columns = { a: 'text' }, rows = [['a']] } = {}) =>
    pour(socket, description(columns), Buffer.concat(Array(2000).fill(dataRow(rows[0] ?? ['a'])))),
  'empty rows without end': (socket, _random, { columns = { a: 'text' } } = {}) =>
    pour(socket, description(columns), Buffer.concat(Array(20_000).fill(message('D', int16(0))))),
  'notices without end': (socket, random) =>
    pour(
      socket,
      undefined,
      Buffer.concat(
        Array(500).fill(
          message('N', Buffer.from('M'), `${foreignText(random)}`.replaceAll('\0', ''), Buffer.from([0])),
        ),
      ),
    ),
  'settings without end': (socket, random) =>
    pour(
      socket,
      undefined,
      Buffer.concat(Array.from({ length: 500 }, () => message('S', random.hex(8), random.hex(64)))),
    ),
  'a message without end': (socket, random) =>
    pour(
      socket,
      Buffer.concat([Buffer.from(random.pick(['D', 'T', 'N', 'E', 'S', 'R'])), int32(2 ** 31 - 1)]),
      Buffer.alloc(65_536, 65),
    ),
  'a length that is none': (socket, random) =>
    socket.write(
      Buffer.concat([
        Buffer.from(random.pick(['D', 'T', 'Z', 'E'])),
        int32(random.pick([0, 1, 3, -1, -(2 ** 31)])),
        Buffer.alloc(50),
      ]),
    ),
  'fields without bytes': (socket, random) =>
    socket.write(
      message(
        random.pick(['D', 'T']),
        int16(random.pick([1, 1000, -1, 32_767])),
        Buffer.alloc(random.int(0, 40), random.int(0, 255)),
      ),
    ),
  bytes: (socket, random) => socket.write(Buffer.from(random.hex(2 * random.int(1, 400)), 'hex')),
  values: (socket, random, { columns, rows = [], tag = 'SELECT 1' } = {}) => {
    const all = random.pick([[], rows, [...rows, ...rows]]).map((row) => strangeRow(random, row));
    socket.write(
      Buffer.concat([
        ...(columns ? [description(columns)] : []),
        ...all.map(dataRow),
        message('C', tag),
        message('Z', Buffer.from('I')),
      ]),
    );
  },
  'other columns': (socket, random, { rows = [] } = {}) => {
    const names = {
      [random.pick(['__proto__', 'id', 'toString', 'x'])]: random.pick(['json', 'bool', 'int', 'float']),
    };
    socket.write(
      Buffer.concat([
        description(names),
        ...rows.map((row) => dataRow(strangeRow(random, row).slice(0, random.int(0, row.length)))),
        message('C', 'SELECT'),
        message('Z', Buffer.from('I')),
      ]),
    );
  },
  error: (socket, random) =>
    socket.write(
      Buffer.concat([
        message(
          'E',
          Buffer.from('S'),
          'ERROR',
          Buffer.from('C'),
          random.pick(['53300', '57P01', '42501', 'XX000', '\x1b[31m', '28P01']),
          Buffer.from('M'),
          foreignText(random)
            .replaceAll('\0', '')
            .repeat(random.pick([1, 1, 5000])),
          Buffer.from([0]),
        ),
        message('Z', Buffer.from('I')),
      ]),
    ),
  silence: () => undefined,
  reset: (socket) => socket.destroy(),
  login: (socket, random) =>
    socket.write(
      message(
        'R',
        int32(random.pick([3, 5, 7, 8, 10, 11, 12, 99, -1])),
        random.pick([
          Buffer.from('SCRAM-SHA-256\0\0'),
          Buffer.alloc(4),
          Buffer.from('r=x,s=y,i=999999999'),
          Buffer.alloc(0),
        ]),
      ),
    ),
  'ready too often': (socket) =>
    pour(socket, undefined, Buffer.concat(Array(1000).fill(message('Z', Buffer.from('I'))))),
  'a copy of its own': (socket, random) =>
    pour(
      socket,
      message(random.pick(['H', 'G', 'W']), Buffer.from([1]), int16(0)),
      Buffer.concat(Array(100).fill(message('d', Buffer.alloc(500)))),
    ),
  slowly: (socket, _random, { columns = { a: 'text' } } = {}) => {
    const bytes = description(columns);
    let at = 0;
    const timer = setInterval(
      () => (socket.destroyed ? clearInterval(timer) : socket.write(bytes.subarray(at, ++at))),
      20,
    );
    socket.once('close', () => clearInterval(timer));
  },
};

export async function play(c) {
  const { random } = c;
  const way = random.pick([...Object.keys(ways), 'values', 'values', 'values', 'other columns']);
  c.subject = `postgres: ${way}`;
  let honestLeft = random.pick(way === 'login' ? [0] : [0, 1, 2, 3, 4, 5, 7, 9]);
  const lie = (_what, socket, honest) => {
    if (honestLeft-- > 0) return false;
    ways[way](socket, random, honest);
    return true;
  };
  const server = c.use(await startPostgres({ answer: honestTo, lie }));
  c.index();
  const address = `postgres://user:secret@127.0.0.1:${server.port}/db?sslmode=disable`;
  const commands = [
    ['sync', address, '--max-retries', '0', '--take-over', '--allow-removals'],
    ['sync', address, '--max-retries', '0', '--rebuild', '--take-over', '--allow-removals', '--json'],
    ['sync', address, '--max-retries', '0', '--dry-run'],
    ['search', 'islands', '--in', address],
    ['search', 'islands', '--in', address, '--hybrid', '--json'],
    ['search', 'islands', '--in', address, '--where', 'title=x'],
    ['get', '--in', address, 'docs/page-1.md'],
    ['get', '--in', address, id, '--json', '--whole'],
  ];
  for (const args of random.some(commands, 2)) await c.embed([...args, '--batch-timeout', '1s']);
}
