// A Redis that speaks its protocol and lies in its types: each command in turn answers with what belongs to
// another, with too much, or without an end.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRedisCache } from '../../src/cache/redis/cache.js';
import { ServiceError } from '../../src/errors.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { listening } from '../helpers/listening.js';

const cleanUps: (() => unknown)[] = [];
let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  workspace.remove();
});

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const list = (items: string[]) => `*${items.length}\r\n${items.join('')}`;
const key = `embed:1:${'a'.repeat(32)}:${'b'.repeat(64)}`;

const lies: Record<string, string | (() => string)> = {
  'a number': ':7\r\n',
  'a number beyond all': ':9007199254740993\r\n',
  nothing: '$-1\r\n',
  'no list': '*-1\r\n',
  'a text': bulk('x'),
  OK: '+OK\r\n',
  'an empty list': '*0\r\n',
  'lists in lists': list([list([list([':1\r\n'])]), list([':1\r\n'])]),
  'a list of numbers': list([':1\r\n', ':2\r\n']),
  'a list of another length': list(Array(5).fill('$-1\r\n')),
  'keys that are numbers': list([bulk('0'), list([':1\r\n'])]),
  'an error with commands for a terminal': '-ERR \x1b[2J::error::FORGED\u202e\r\n',
};

/** An honest Redis with one key, but for one command. */
async function lyingRedis(command: string, lie: string | (() => string)): Promise<string> {
  const honest = ([name = '', ...words]: string[]): string => {
    switch (name.toLowerCase()) {
      case 'scan':
        return list([bulk('0'), list([bulk(key)])]);
      case 'strlen':
      case 'unlink':
      case 'hincrby':
      case 'expire':
      case 'dbsize':
        return ':1\r\n';
      case 'pttl':
        return ':1000\r\n';
      case 'info':
        return bulk('redis_version:7.2.0\r\nmaxmemory:0\r\n');
      case 'time':
        return list([bulk(String(Math.floor(Date.now() / 1000))), bulk('0')]);
      case 'config':
        return list([bulk(words[1] ?? ''), bulk('16')]);
      case 'mget':
        return list(words.map(() => '$-1\r\n'));
      case 'hmget':
        return list(['$-1\r\n', '$-1\r\n']);
      case 'get':
        return '$-1\r\n';
      case 'ping':
        return '+PONG\r\n';
      default:
        return '+OK\r\n';
    }
  };
  const port = await listening((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
      for (;;) {
        const found = commandIn(text);
        if (!found) return;
        text = text.slice(found.length);
        const lied = found.words[0]!.toLowerCase() === command;
        socket.write(lied ? (typeof lie === 'string' ? lie : lie()) : honest(found.words), 'latin1');
      }
    });
  });
  return `redis://127.0.0.1:${port}`;
}

/** The first whole request of a stream. */
function commandIn(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  const words: string[] = [];
  let at = head[0].length;
  for (let left = Number(head[1]); left > 0; left--) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (!size) return undefined;
    const start = at + size[0].length;
    at = start + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(start, at - 2));
  }
  return { words, length: at };
}

describe.each(['scan', 'strlen', 'pttl', 'hmget', 'mget', 'unlink'])('%s that answers', (command) => {
  test.each(Object.entries(lies))('%s: taking stock ends in words, or is right', async (_name, lie) => {
    const works = [
      (cache: Awaited<ReturnType<typeof openRedisCache>>) => cache.usage(),
      (cache: Awaited<ReturnType<typeof openRedisCache>>) => cache.prune({ olderThanMs: 0, maxBytes: 0 }),
      (cache: Awaited<ReturnType<typeof openRedisCache>>) => cache.clear(),
    ];
    const url = await lyingRedis(command, lie);
    for (const work of works) {
      const outcome = await openRedisCache({ url, commandTimeoutMs: 1000 })
        .then(async (cache) => {
          cleanUps.push(() => cache.close());
          return await work(cache);
        })
        .catch((error) => error);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(ServiceError);
        expect(outcome.message).toMatch(/^(Redis|What answers) at redis:\S+ .*\.$/s);
      } else {
        expect(JSON.stringify(outcome)).not.toMatch(/null|NaN|-/);
      }
    }
  });
});

test('keys without an end are told', async () => {
  let count = 0;
  const next = () => {
    const keys = Array.from({ length: 1000 }, () => {
      const space = (count++).toString(16).padStart(32, '0');
      return bulk(`embed:1:${space}:${'b'.repeat(64)}`);
    });
    return list([bulk(String(count)), list(keys)]);
  };
  const cache = await openRedisCache({ url: await lyingRedis('scan', next) });
  cleanUps.push(() => cache.close());
  await expect(cache.usage()).rejects.toThrow(/more keys than any Redis/);
});

test.each([
  ['cache', 'stats'],
  ['cache', 'prune', '--older-than', '1h', '--max-size', '1KB'],
  ['cache', 'clear', '--yes'],
])('embed %s %s says it in a sentence', async (...args) => {
  const url = await lyingRedis('scan', lies['a number']!);
  const { code, stderr } = await workspace.embed([...args.filter(Boolean), '--redis-url', url]);
  expect(stderr).toMatch(
    /^error: What answers at \S+ [^\n]*\(it answers SCAN with something else\)[^\n]+\n$/,
  );
  expect(code).toBe(4);
});

test.each(['info', 'config', 'time', 'dbsize', 'scan', 'ping', 'select'])(
  'embed doctor says it of %s, with no stack',
  async (command) => {
    for (const lie of ['a number', 'lists in lists', 'an error with commands for a terminal']) {
      const url = await lyingRedis(command, lies[lie]!);
      // Nothing listens on port 1 of this machine; the built-in embedder would take its second each time.
      const { stdout, stderr } = await workspace.embed([
        ...['doctor', '--embedder', 'ollama', '--ollama-url', '127.0.0.1:1', '--redis-url', url],
      ]);
      expect(stdout + stderr).not.toMatch(/unexpected|NaN|undefined|\[object|(?!\n)[\p{Cc}\u202e]/u);
      expect(stdout).toContain('Redis redis://');
    }
  },
  30_000,
);
