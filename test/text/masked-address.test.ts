import { describe, expect, test } from 'vitest';
import {
  maskAddress,
  maskAddresses,
  meansThisMachine,
  withoutSecrets,
} from '../../src/text/masked-address.js';

describe('an address', () => {
  test.each([
    ['http://u:hush@gpu:11434/x', 'http://u:****@gpu:11434/x'],
    ['redis://:hush@h:6379/2', 'redis://:****@h:6379/2'],
    ['redis://h:6379/2', 'redis://h:6379/2'],
    ['u:hush@gpu:11434', 'u:****@gpu:11434'],
    ['hush@gpu', '****@gpu'],
    ['https://hush@gpu/', 'https://****@gpu/'],
    ['"http://u:hush@gpu"', '"http://u:****@gpu"'],
    ['http://u:hu/hush@gpu', 'http://u:****@gpu'],
    ['http://u:hu@hush@gpu', 'http://u:****@gpu'],
    ['http://u:hu sh#hush@gpu', 'http://u:****@gpu'],
    ['ht!tp://u:hush@gpu', '****@gpu'],
    ['http://gpu/?api_key=hush&x=1', 'http://gpu/?api_key=****&x=1'],
    ['http://gpu/?x=?1&a?Auth=hush', 'http://gpu/?x=?1&a?Auth=****'],
    ['postgres://h/db?user=me&password=hush', 'postgres://h/db?user=me&password=****'],
    ['http://gpu:11434#weight=4', 'http://gpu:11434#weight=4'],
  ])('%s is shown as %s', (text, shown) => {
    expect(maskAddress(text)).toBe(shown);
  });

  test('in a text is found wherever it stands', () => {
    const text =
      'not (http://u:hush@a, redis://:hush@b/2), http://c:1; see "https://x:hush@d?token=hush" or me@mail';
    const shown =
      'not (http://u:****@a, redis://:****@b/2), http://c:1; see "https://x:****@d?token=****" or me@mail';
    expect(maskAddresses(text)).toBe(shown);
  });

  test('of a list leaves its neighbours as they are', () => {
    expect(maskAddresses('http://a:1,http://u:hush@b:2,http://c')).toBe(
      'http://a:1,http://u:****@b:2,http://c',
    );
  });
});

describe('a text without end', () => {
  // Twice as long takes twice the time: a message may quote a megabyte of a stranger's words.
  test.each([
    ['what may be a scheme', 'x'],
    ['schemes', 'a://'],
    ['users', 'a://b@'],
    ['colons', ':'],
    ['queries', '?'],
    ['queries with secrets', '?pass'],
    ['more queries with secrets', '&token?key'],
    ['secrets', 'secret='],
  ])('of %s is masked in time', (_, part) => {
    const text = `http://u:hush@gpu ${part.repeat(1_000_000 / part.length)} http://u:hush@gpu?key=hush`;
    const start = performance.now();
    expect(maskAddresses(text)).not.toContain('hush');
    maskAddress(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test('a text without secrets is one in which others quote what they were sent', () => {
  expect(withoutSecrets('bad token hush, hush!', undefined, '', 'hush')).toBe('bad token ****, ****!');
  expect(withoutSecrets('no pg://me:hu/sh@db/x, hu', 'nothing')).toBe('no pg://me:****@db/x, hu');
});

test('a secret of a few letters is masked where it stands for itself, and words keep theirs', () => {
  const said = 'password authentication failed for "as": password=a, key: "a" at postgres://me:a@db/a';
  expect(withoutSecrets(said, 'a')).toBe(
    'password authentication failed for "as": password=****, key: "****" at postgres://me:****@db/a',
  );
});

describe('this machine', () => {
  test.each([
    'localhost',
    'LOCALHOST:11434',
    'http://localhost:11434#weight=4',
    '127.0.0.1',
    '127.1',
    'http://127.9.8.7:1/ollama',
    '[::1]:80',
    '::1',
    'https://[::1]/x',
    '0.0.0.0',
    ':11434',
    'redis://u:p@localhost:6379/2',
    'redis:///2',
    ' "http://127.0.0.1:11434" ',
  ])('%s', (address) => {
    expect(meansThisMachine(address)).toBe(true);
  });

  test.each([
    'gpu',
    'gpu:11434',
    'localhost.evil.org',
    'evil.org/localhost',
    '127.0.0.1.evil.org',
    '128.0.0.1',
    'http://localhost@evil.org',
    'http://localhost:80@evil.org',
    'http://evil.org#@localhost',
    'http://evil.org?@localhost',
    'http://evil.org\\@localhost',
    'http://localhost\\@evil.org',
    'http:///evil.org',
    'http://',
    '//evil.org',
    'http:/evil.org',
    'http://local\nhost',
    '[::2]',
    '[::ffff:10.0.0.1]',
    'redis://evil.org/localhost',
  ])('isn’t %j', (address) => {
    expect(meansThisMachine(address)).toBe(false);
  });
});
