// Servers of the gateway whose answers are passed on as they are, and are none that Node would send.
import { afterEach, expect, test } from 'vitest';
import { gateway } from '../gateway/gateways.js';
import { listening } from '../helpers/listening.js';

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const end of open.splice(0)) end();
});

/** Answers a chat with these bytes, and all else as a server that is up. */
async function answering(chat: string | Buffer): Promise<string> {
  const port = await listening((socket) => {
    socket.on('data', (part) => {
      if (!String(part).startsWith('POST /api/chat')) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{"version":"0.24.0" }');
      } else {
        socket.write(chat);
        open.push(() => socket.destroy());
      }
    });
  });
  return `http://127.0.0.1:${port}`;
}

const head = 'HTTP/1.1 200 OK\r\n';
const body = 'content-length: 2\r\n\r\n{}';

test.each([
  ['a name that is none', `${head}a b: c\r\nd: e\r\n${body}`, { d: 'e', 'a b': undefined }],
  // As bytes, which fetch takes for Latin-1.
  ['a value in UTF-8', `${head}d: Ω\r\n${body}`, { d: Buffer.from('Ω').toString('latin1') }],
  ['a value in no encoding', Buffer.from(`${head}d: \xff\r\n${body}`, 'latin1'), {}],
  ['several values', `${head}set-cookie: Ω\r\nset-cookie: b\r\n${body}`, {}],
])('a header with %s holds up no client', async (_, answer, headers) => {
  const { url } = await gateway({ ollamaUrl: [await answering(answer)] });
  const chat = await fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
  expect([chat.status, await chat.text()]).toEqual([200, '{}']);
  for (const [name, value] of Object.entries(headers)) {
    expect(Object.fromEntries(chat.headers)[name]).toBe(value);
  }
});

test.each([
  ['a number that is no status', 'HTTP/1.1 099 X\r\ncontent-length: 0\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello'],
  ['no HTTP', 'hello'],
  ['headers without an end', `${head}a: ${'b'.repeat(1_000_000)}`],
  ['a control character', `${head}a: \x01\r\n${body}`],
  ['two lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
])('an answer of %s is a 502', async (_, answer) => {
  const { url } = await gateway({ ollamaUrl: [await answering(answer)] });
  const chat = await fetch(`${url}/api/chat`, { method: 'POST', body: '{}' });
  expect([chat.status, await chat.text()]).toEqual([502, expect.stringMatching(/can't be reached/)]);
});
