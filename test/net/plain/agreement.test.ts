// Random answers, cut at random places: those that are allowed are read as undici and Node read them, and of those
// that a byte was changed in, each that is read is read as Node does.
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { loadUndici } from '../../../src/net/undici.js';
import { listening } from '../../helpers/listening.js';
import fc from '../../helpers/properties.js';
import { read } from './read.js';

const token = fc.stringMatching(/^[a-zA-Z\d!#$%&'*+.^_`|~-]{1,12}$/);
/** Names that mean something to a client would need values that do; those of every object are lost on undici. */
const name = token.filter(
  (text) =>
    !(text.toLowerCase() in {}) &&
    !/^(content-length|transfer-encoding|connection|keep-alive|upgrade|trailer)$/i.test(text),
);
const value = fc.stringMatching(/^([!-~\x80-\xff]([\t -~\x80-\xff]{0,20}[!-~\x80-\xff])?)?$/);
const field = fc.tuple(name, value).map(([key, text]) => `${key}: ${text}\r\n`);
const fields = fc.array(field, { maxLength: 6 }).map((all) => all.join(''));
const body = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/[^\0-\xff]/g, 'x'));
const note = fc.oneof(
  fc.constant(''),
  fc.tuple(token, token).map(([key, text]) => `;${key}=${text}`),
);
const chunk = fc
  .tuple(body, note)
  .filter(([text]) => text !== '')
  .map(([text, more]) => `${text.length.toString(16)}${more}\r\n${text}\r\n`);
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), note, fields)
  .map(
    ([all, more, trailers]) => `Transfer-Encoding: chunked\r\n\r\n${all.join('')}0${more}\r\n${trailers}\r\n`,
  );

const answer = fc
  .record({
    interim: fc.constantFrom('', '', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'),
    status: fc.constantFrom(200, 200, 201, 400, 404, 429, 500, 503, 599),
    minor: fc.constantFrom(1, 1, 1, 0),
    fields,
    connection: fc.constantFrom('', '', 'Connection: close\r\n', 'Connection: keep-alive\r\n'),
    rest: fc.oneof(
      body.map((text) => `Content-Length: ${text.length}\r\n\r\n${text}`),
      chunks,
      body.map((text) => `\r\n${text}`),
    ),
  })
  .filter(({ minor, rest }) => minor === 1 || !rest.startsWith('Transfer'))
  .map((one) => {
    const head = `HTTP/1.${one.minor} ${one.status} Any words\r\n${one.fields}${one.connection}`;
    return one.interim + head + one.rest;
  });
const cuts = fc.array(fc.nat(2000), { maxLength: 8 });

/** A server that gives these bytes to every request, and ends the connection. */
async function server(): Promise<{ port: number; say: (text: string) => void }> {
  let said = '';
  const port = await listening((socket) => {
    socket.once('data', () => socket.end(said, 'latin1'));
  });
  return { port, say: (text) => (said = text) };
}

function askNode(port: number): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', agent: false, method: 'POST' }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', () => resolve(undefined));
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: Buffer.concat(parts).toString('latin1') }),
      );
    });
    asked.on('error', () => resolve(undefined)).end();
  });
}

test('an answer that is allowed is read as undici and Node read it, wherever it is cut', async () => {
  const { port, say } = await server();
  const { Pool } = loadUndici();
  const pool = new Pool(`http://127.0.0.1:${port}`, { pipelining: 1 });
  await fc.assert(
    fc.asyncProperty(answer, cuts, async (sent, places) => {
      say(sent);
      const ours = read(sent, { cuts: places.filter((place) => place < sent.length), ends: true })!;
      const theirs = await pool.request({ path: '/', method: 'POST' });
      const bytes = Buffer.from(await theirs.body.arrayBuffer()).toString('latin1');
      const status = ours.statusCode;
      expect([status, ours.bytes.toString('latin1')]).toEqual([theirs.statusCode, bytes]);
      expect(Object.keys(ours.headers)).toEqual(Object.keys(theirs.headers));
      expect(await askNode(port)).toEqual({ status, body: bytes });
    }),
    { numRuns: 300 },
  );
  await pool.destroy();
});

test('of answers with a byte changed, each that is read is read as Node does', async () => {
  const { port, say } = await server();
  let count = 0;
  const bytes = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '0',
    '1',
    'f',
    'x',
    '\xff',
    '',
  );
  await fc.assert(
    fc.asyncProperty(answer, cuts, fc.nat(), bytes, fc.nat(1), async (sent, places, at, byte, removed) => {
      const place = at % sent.length;
      const changed = sent.slice(0, place) + byte + sent.slice(place + removed);
      const ours = readable(changed, places);
      if (!ours || hasTabBehindLength.test(changed)) return;
      count++;
      say(changed);
      const { statusCode: status, bytes: body } = ours;
      expect(await askNode(port)).toEqual({ status, body: body.toString('latin1') });
    }),
    { numRuns: 1500 },
  );
  expect(count).toBeGreaterThan(300);
});

/** RFC 9110 allows it; Node doesn't. */
const hasTabBehindLength = /^content-length: *\d+ *\t/im;

function readable(sent: string, places: readonly number[]) {
  try {
    return read(sent, { cuts: places.filter((place) => place < sent.length), ends: true });
  } catch {
    return undefined;
  }
}
