// Answers as they are allowed, and as they are not, cut at every byte.
import { describe, expect, test } from 'vitest';
import { PlainHttpError } from '../../../src/net/plain/fault.js';
import { type ReadOptions, read } from './read.js';

const ok = 'HTTP/1.1 200 OK\r\n';
const wholeOf = (fields: string, body = '', status = ok) => `${status}${fields}\r\n${body}`;

const good: [what: string, sent: string, body: string, isReusable: boolean, options?: ReadOptions][] = [
  ['a length', wholeOf('Content-Length: 5\r\n', 'hello'), 'hello', true],
  ['a length of none', wholeOf('content-length:0\r\n'), '', true],
  [
    'chunks',
    wholeOf('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n'),
    'abc0123456789',
    true,
  ],
  ['Chunked', wholeOf('Transfer-Encoding: Chunked\r\n', '0\r\n\r\n'), '', true],
  [
    'notes on chunks',
    wholeOf('Transfer-Encoding: chunked\r\n', '3;a=b;c="d e"\r\nabc\r\n0;f\r\n\r\n'),
    'abc',
    true,
  ],
  [
    'trailers',
    wholeOf('Transfer-Encoding: chunked\r\n', '1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n'),
    'a',
    true,
  ],
  [
    'interim answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${wholeOf('Content-Length: 1\r\n', 'a')}`,
    'a',
    true,
  ],
  ['no status phrase', wholeOf('Content-Length: 1\r\n', 'a', 'HTTP/1.1 200 \r\n'), 'a', true],
  ['nothing behind the status', wholeOf('Content-Length: 1\r\n', 'a', 'HTTP/1.1 200\r\n'), 'a', true],
  ['Connection: close', wholeOf('Connection: close\r\nContent-Length: 1\r\n', 'a'), 'a', false],
  ['close among others', wholeOf('Connection: x, Close\r\nContent-Length: 1\r\n', 'a'), 'a', false],
  ['HTTP/1.0', wholeOf('Content-Length: 1\r\n', 'a', 'HTTP/1.0 200 OK\r\n'), 'a', false],
  [
    'HTTP/1.0 that is kept',
    wholeOf('Connection: Keep-Alive\r\nContent-Length: 1\r\n', 'a', 'HTTP/1.0 200 OK\r\n'),
    'a',
    true,
  ],
  ['the end of the connection', wholeOf('', 'until the end'), 'until the end', false, { ends: true }],
  ['204', wholeOf('', '', 'HTTP/1.1 204 No Content\r\n'), '', true],
  ['304', wholeOf('Content-Length: 7\r\n', '', 'HTTP/1.1 304 Not Modified\r\n'), '', true],
  ['HEAD', wholeOf('Content-Length: 7\r\n'), '', true, { method: 'HEAD' }],
];

test.each(good)('%s: read alike at every cut', (_, sent, body, isReusable, options = {}) => {
  for (let cut = 0; cut < sent.length; cut++) {
    const answer = read(sent, { ...options, cuts: [cut, cut + 1] })!;
    expect([answer.bytes.toString(), answer.isWhole, answer.isReusable]).toEqual([body, true, isReusable]);
  }
});

test.each(good)(
  '%s: an end before its own is a closed connection, at every byte',
  (_, sent, __, ___, options = {}) => {
    const head = sent.lastIndexOf('\r\n\r\n') + 4;
    const last = options.ends ? head : sent.length;
    for (let end = 0; end < last; end++) {
      expect(() => read(sent.slice(0, end), { ...options, ends: true })).toThrow(PlainHttpError);
      expect(read(sent.slice(0, end), { ...options, ends: false })).toBeUndefined();
    }
  },
);

test('headers have names in lower case, values without spaces, and lists where they are repeated', () => {
  const { headers } = read(
    wholeOf('Content-Length: 0\r\nVIA: \t a b \t\r\nx: 1\r\nX:2\r\nx: \r\n__proto__: p\r\n'),
  )!;
  expect(Object.entries(headers)).toEqual([
    ['content-length', '0'],
    ['via', 'a b'],
    ['x', ['1', '2', '']],
    ['__proto__', 'p'],
  ]);
});

const chunked = 'Transfer-Encoding: chunked\r\n';
const bad: [what: string, sent: string, message: RegExp][] = [
  ['two lengths', wholeOf('Content-Length: 1\r\nContent-Length: 2\r\n', 'a'), /a length that is no number/],
  [
    'the same length twice',
    wholeOf('Content-Length: 1\r\nContent-Length: 1\r\n', 'a'),
    /a length that is no number/,
  ],
  ['a list of lengths', wholeOf('Content-Length: 1, 1\r\n', 'a'), /a length that is no number/],
  ['a signed length', wholeOf('Content-Length: +1\r\n', 'a'), /a length that is no number/],
  ['a length in hex', wholeOf('Content-Length: 0x1\r\n', 'a'), /a length that is no number/],
  ['an endless length', wholeOf(`Content-Length: 1${'0'.repeat(15)}\r\n`, 'a'), /a length that is no number/],
  ['no length where one is said', wholeOf('Content-Length:\r\n', 'a'), /a length that is no number/],
  ['a length and chunks', wholeOf(`Content-Length: 1\r\n${chunked}`, '0\r\n\r\n'), /a length, and chunks/],
  ['another coding', wholeOf('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), /transfer coding/],
  ['two codings', wholeOf(chunked + chunked, '0\r\n\r\n'), /transfer coding/],
  ['chunks in HTTP/1.0', wholeOf(chunked, '0\r\n\r\n', 'HTTP/1.0 200 OK\r\n'), /chunks in HTTP\/1.0/],
  [
    'a body of a 204',
    wholeOf('Content-Length: 1\r\n', 'a', 'HTTP/1.1 204 x\r\n'),
    /a body where none can be/,
  ],
  ['a body of an interim answer', `HTTP/1.1 103 x\r\nContent-Length: 1\r\n\r\na`, /a body where none can be/],
  ['an interim answer in HTTP/1.0', 'HTTP/1.0 103 x\r\n\r\n', /an interim answer/],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', /another protocol/],
  ['a status that is none', wholeOf('', '', 'HTTP/1.1 999 OK\r\n'), /a status/],
  ['a status of two digits', wholeOf('', '', 'HTTP/1.1 20 OK\r\n'), /a status/],
  ['HTTP/2', wholeOf('', '', 'HTTP/2.0 200 OK\r\n'), /something else than HTTP/],
  ['a line end before the answer', `\r\n${wholeOf('Content-Length: 0\r\n')}`, /something else than HTTP/],
  ['a mail server', '220 mail.example ESMTP\r\n', /something else than HTTP/],
  ['bytes of TLS', '\x15\x03\x01\x00\x02\x02\x46', /something else than HTTP/],
  ['lines that end with LF alone', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', /without CR/],
  ['one header that does', wholeOf('Content-Length: 0\nX: y\r\n'), /without CR/],
  ['CR in a header', wholeOf('Content-Length: 0\r\nX: a\rb\r\n'), /control character/],
  ['NUL in a header', wholeOf('Content-Length: 0\r\nX: a\0b\r\n'), /control character/],
  ['a header on two lines', wholeOf('X: a\r\n b\r\nContent-Length: 0\r\n'), /without a name/],
  ['a space behind a name', wholeOf('Content-Length : 0\r\n'), /without a name/],
  ['a header without a colon', wholeOf('Content-Length\r\n'), /without a name/],
  ['a header without a name', wholeOf(': 1\r\n'), /without a name/],
  ['a second answer', wholeOf('Content-Length: 0\r\n').repeat(2), /behind the answer/],
  ['bytes behind a length', wholeOf('Content-Length: 1\r\n', 'ab'), /behind the answer/],
  ['bytes behind the last chunk', wholeOf(chunked, '0\r\n\r\nx'), /behind the answer/],
  ['a chunk without a size', wholeOf(chunked, '\r\n'), /chunk without a size/],
  ['a size that is none', wholeOf(chunked, 'g\r\n'), /chunk without a size/],
  ['a size with 0x', wholeOf(chunked, '0x1\r\na\r\n'), /chunk without a size/],
  ['a negative size', wholeOf(chunked, '-1\r\n'), /chunk without a size/],
  ['a space behind a size', wholeOf(chunked, '1 \r\na\r\n'), /chunk without a size/],
  ['a space before a note', wholeOf(chunked, '1 ;a\r\na\r\n'), /chunk without a size/],
  ['a note that is none', wholeOf(chunked, '1;\xff\r\na\r\n'), /chunk without a size/],
  ['a huge size', wholeOf(chunked, 'fffffffffffffffff\r\n'), /chunk without a size/],
  ['a size that ends with LF alone', wholeOf(chunked, '1\na\r\n'), /without CR/],
  ['a chunk that is longer than its size', wholeOf(chunked, '1\r\nab\r\n'), /another size/],
  ['a chunk that ends with LF alone', wholeOf(chunked, '1\r\na\n0\r\n\r\n'), /another size/],
  ['a length as a trailer', wholeOf(chunked, '0\r\nContent-Length: 1\r\n\r\n'), /a trailer/],
  ['a trailer without a name', wholeOf(chunked, '0\r\n x\r\n\r\n'), /without a name/],
];

test.each(bad)('%s: refused, at every cut', (_, sent, message) => {
  for (let cut = 0; cut < sent.length; cut++) {
    // Cut at its end, an answer is done before the bytes behind it come.
    expect(() => read(sent, { cuts: [cut] })).toThrow(
      message.source.includes('behind') ? new RegExp(`${message.source}|nobody asked for`) : message,
    );
  }
});

describe('bounds', () => {
  const tooLarge = expect.objectContaining({ code: 'HTTP_HEADERS_TOO_LARGE' });
  const faultOf = (sent: string): unknown => {
    try {
      return read(sent);
    } catch (error) {
      return error;
    }
  };

  test.each([
    ['a header', wholeOf(`X: ${'x'.repeat(17_000)}\r\n`)],
    ['a status line', `HTTP/1.1 200 ${'x'.repeat(17_000)}`],
    ['headers together', wholeOf(`X: ${'x'.repeat(100)}\r\n`.repeat(200))],
    ['many headers', wholeOf('x:\r\n'.repeat(257))],
    ['interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)],
    ['a note on a chunk', wholeOf(chunked, `1;${'x'.repeat(17_000)}`)],
    ['notes on chunks together', wholeOf(chunked, `1;${'x'.repeat(100)}\r\na\r\n`.repeat(200))],
    ['trailers', wholeOf(chunked, `0\r\n${'x: y\r\n'.repeat(4000)}`)],
  ])('%s of more than 16 kB end the answer', (_, sent) => {
    expect(faultOf(sent)).toEqual(tooLarge);
  });

  test('as many headers and chunks as are allowed are read', () => {
    const fields = 'x:\r\n'.repeat(255) + chunked;
    const many = `1\r\na\r\n`.repeat(50_000);
    expect(read(wholeOf(fields, `${many}0\r\n\r\n`))?.bytes.toString()).toBe('a'.repeat(50_000));
  });

  test.each([
    ['by its length', wholeOf('Content-Length: 900\r\n', 'x'.repeat(900))],
    ['by an end that may never come', wholeOf('', 'x'.repeat(900))],
    ['in chunks', wholeOf(chunked, `FFFFFFFF\r\n${'x'.repeat(900)}`)],
    ['of many chunks', wholeOf(chunked, '9\r\nxxxxxxxxx\r\n'.repeat(100))],
  ])('a body that is too long %s is read to the bound', (_, sent) => {
    const answer = read(sent, { maxBytes: 500 })!;
    expect([answer.bytes.length, answer.isWhole, answer.isReusable]).toEqual([500, false, false]);
  });

  test('a length that is only announced takes no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    const sent = wholeOf('Content-Length: 1000000000\r\n', 'a');
    expect(read(sent, { maxBytes: 2_000_000_000 })).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
  });
});
