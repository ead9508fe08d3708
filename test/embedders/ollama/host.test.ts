import { describe, expect, test } from 'vitest';
import { parseOllamaAddress, parseOllamaHost } from '../../../src/embedders/ollama/host.js';
import { UsageError } from '../../../src/errors.js';

describe('parseOllamaHost', () => {
  // The cases of Ollama's own tests (envconfig TestHost); a client goes to loopback where a server listens anywhere.
  test.each([
    ['', 'http://127.0.0.1:11434'],
    ['1.2.3.4', 'http://1.2.3.4:11434'],
    [':1234', 'http://127.0.0.1:1234'],
    ['1.2.3.4:1234', 'http://1.2.3.4:1234'],
    ['example.com', 'http://example.com:11434'],
    ['example.com:1234', 'http://example.com:1234'],
    [':66000', 'http://127.0.0.1:11434'],
    [':-1', 'http://127.0.0.1:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['[::]', 'http://[::1]:11434'],
    ['[::]:1337', 'http://[::1]:1337'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]:1337', 'http://[::1]:1337'],
    [' 1.2.3.4 ', 'http://1.2.3.4:11434'],
    ['"1.2.3.4"', 'http://1.2.3.4:11434'],
    [' " 1.2.3.4 " ', 'http://1.2.3.4:11434'],
    ["'1.2.3.4'", 'http://1.2.3.4:11434'],
    ['http://1.2.3.4', 'http://1.2.3.4'],
    ['http://1.2.3.4:4321', 'http://1.2.3.4:4321'],
    ['https://1.2.3.4', 'https://1.2.3.4'],
    ['https://1.2.3.4:4321', 'https://1.2.3.4:4321'],
    ['https://example.com/ollama', 'https://example.com/ollama'],
    ['https://example.com/ollama/', 'https://example.com/ollama'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['http://0.0.0.0:8080/', 'http://127.0.0.1:8080'],
    ['localhost:11434/', 'http://localhost:11434'],
    ['http://user:secret@example.com', 'http://user:secret@example.com'],
    ['user:secret@gpu', 'http://user:secret@gpu:11434'],
    ['https://user:p@ss:w%2Ford@[::2]/ollama/', 'https://user:p%40ss%3Aw%2Ford@[::2]/ollama'],
    ['token@gpu:1', 'http://token@gpu:1'],
    // A server of that name, and a path that only begins like one of Ollama's.
    ['http://api/', 'http://api'],
    ['http://gpu/v1x', 'http://gpu/v1x'],
  ])('%j is %s', (value, expected) => {
    expect(parseOllamaHost(value).href.replace(/\/$/, '')).toBe(expected);
  });

  test.each(['ftp://example.com', 'exa mple.com'])('refuses %j', (value) => {
    expect(() => parseOllamaHost(value)).toThrow(UsageError);
  });

  test.each([
    ['http://user:77#88secret@example.com', /# as %23/],
    ['http://user:88/secret@example.com', /\/ as %2F/],
    ['http://user:88?secret@example.com', /\? as %3F/],
    ['http://user:77%secret@example.com', /% as %25/],
    ['http://user:secret@exa mple.com', /expected host:port or a URL/],
    ['ftp://user:secret@example.com', /http:\/\/ or https:\/\//],
    ['user:88:secret://example.com', /http:\/\/ or https:\/\/\.$/],
    ['http+unix://%2Frun%2Fsecret.sock', /can't be a socket file/],
  ])('says how to write %j, and shows no part of its password', (value, told) => {
    for (const read of [parseOllamaHost, parseOllamaAddress]) {
      expect(() => read(value)).toThrow(UsageError);
      expect(() => read(value)).toThrow(told);
      expect(() => read(value)).toThrow(/^(?!.*(secret|77|88))/);
    }
  });

  test.each([
    ['http://gpu:11434/v1', '/v1', 'http://gpu:11434'],
    ['gpu:11434/api/', '/api', 'http://gpu:11434'],
    ['https://user:secret@example.com/ollama/api/embed', '/api/embed', 'https://example.com/ollama'],
  ])('%j is told to leave out %s', (value, surplus, right) => {
    expect(() => parseOllamaHost(value)).toThrow(`ends in ${surplus}: leave that out and write ${right}`);
  });
});

describe('parseOllamaAddress', () => {
  test.each([
    ['http://gpu:11434#weight=4', 'http://gpu:11434', 4],
    ['gpu#weight=0.5', 'http://gpu:11434', 0.5],
    ['"gpu:1#weight=2"', 'http://gpu:1', 2],
    [':1234 # weight=3 ', 'http://127.0.0.1:1234', 3],
    ['https://example.com/ollama/#weight=10', 'https://example.com/ollama', 10],
    ['gpu:1', 'http://gpu:1', 1],
    ['http://u:p@gpu:1#weight=2', 'http://u:p@gpu:1', 2],
  ])('%j is %s with weight %s', (value, url, weight) => {
    const address = parseOllamaAddress(value);
    expect(address.url.href.replace(/\/$/, '')).toBe(url);
    expect(address.weight).toBe(weight);
  });

  test.each(['a#weight=0', 'a#weight=-1', 'a#weight=', 'a#weight=1e9', 'a#weight=four', 'a#share=2', 'a#'])(
    'refuses %j',
    (value) => {
      expect(() => parseOllamaAddress(value)).toThrow(UsageError);
      expect(() => parseOllamaAddress(value)).toThrow(/#weight=4/);
    },
  );
});
