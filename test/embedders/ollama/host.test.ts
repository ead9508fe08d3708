import { describe, expect, it } from 'vitest';
import { parseOllamaHost, parseOllamaHosts } from '../../../src/embedders/ollama/host.js';
import { UsageError } from '../../../src/errors.js';

describe('parseOllamaHost', () => {
  // The cases of Ollama's own tests (envconfig TestHost); a client goes to loopback where a server listens anywhere.
  it.each([
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
  ])('%j is %s', (value, expected) => {
    expect(parseOllamaHost(value).href.replace(/\/$/, '')).toBe(expected);
  });

  it.each(['ftp://example.com', 'http://user:secret@example.com', 'exa mple.com'])('refuses %j', (value) => {
    expect(() => parseOllamaHost(value)).toThrow(UsageError);
  });

  it('shows no password', () => {
    expect(() => parseOllamaHost('http://user:secret@example.com')).toThrow(/^(?!.*secret)/);
  });

  it('reads lists', () => {
    expect(parseOllamaHosts('a, http://b:1 ,,[::1]:2').map((one) => one.host)).toEqual([
      'a:11434',
      'b:1',
      '[::1]:2',
    ]);
    expect(parseOllamaHosts('')).toEqual([]);
  });
});
