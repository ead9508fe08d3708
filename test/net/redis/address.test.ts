// Redis addresses: what a URL says, what stands beside it, and what messages show.
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { redisAddress } from '../../../src/net/redis/address.js';

describe('redisAddress', () => {
  test('has defaults', () => {
    expect(redisAddress({})).toEqual({
      host: 'localhost',
      port: 6379,
      username: undefined,
      password: undefined,
      db: 2,
      tls: undefined,
      shown: 'redis://localhost:6379/2',
    });
  });

  test('reads a whole URL', () => {
    expect(
      redisAddress({ url: 'rediss://us%65r:p%40ss@example.org:1234/7', port: 9, password: 'x' }),
    ).toEqual({
      host: 'example.org',
      port: 1234,
      username: 'user',
      password: 'p@ss',
      db: 7,
      tls: {},
      shown: 'rediss://user:****@example.org:1234/7',
    });
  });

  test('takes credentials from beside a URL that has none', () => {
    const address = redisAddress({ url: 'redis://h', username: 'u', password: 'p' });
    expect(address).toMatchObject({ username: 'u', password: 'p', shown: 'redis://u:****@h:6379/2' });
  });

  test('reads IPv6', () => {
    const address = redisAddress({ url: 'redis://[::1]:7000' });
    expect(address).toMatchObject({ host: '::1', port: 7000, shown: 'redis://[::1]:7000/2' });
  });

  test.each([
    ['redis://h?db=3', { db: 3 }, 'redis://h:6379/3'],
    ['redis://h/3?db=3', { db: 3 }, 'redis://h:6379/3'],
    ['redis://h?db=1&password=p%40ss', { db: 1, password: 'p@ss' }, 'redis://:****@h:6379/1'],
    ['redis://:p@ss@h', { host: 'h', password: 'p@ss' }, 'redis://:****@h:6379/2'],
    ['redis://acl:p%23s%2Fs@h/0', { username: 'acl', password: 'p#s/s' }, 'redis://acl:****@h:6379/0'],
    ['unix:///run/redis.sock', { socket: '/run/redis.sock', db: 2 }, 'unix:///run/redis.sock?db=2'],
    [
      'unix://acl:pass@/run/re%20dis.sock?db=5',
      { socket: '/run/re dis.sock', username: 'acl', password: 'pass', db: 5 },
      'unix://acl:****@/run/re%20dis.sock?db=5',
    ],
  ])('reads %j', (url, parts, shown) => {
    expect(redisAddress({ url })).toMatchObject({ ...parts, shown });
  });

  test('prefers a database given apart', () => {
    expect(redisAddress({ url: 'redis://h/3', db: 0 }).db).toBe(0);
  });

  test.each(['localhost:6379', 'http://localhost', 'secret@x', '', 'redis://h:99999', 'redis://h/x'])(
    'refuses %j',
    (url) => {
      expect(() => redisAddress({ url })).toThrow(UsageError);
    },
  );

  test.each([
    ['http://user:secret@h', /redis:\/\/host:6379\/2/],
    ['redis://user:12#secret@h', /# as %23/],
    ['redis://user:12/secret@h', /\/ as %2F/],
    ['redis://user:12?secret@h', /\? as %3F/],
    ['redis://user:secret%@h', /% as %25/],
    // Some programs take it for a password.
    ['redis://secret@h', /put a colon before it where it is a password alone/],
    ['redis://user:secret@a:1,b:2/0', /its only host/],
    ['redis+sentinel://:secret@h:26379/main', /name the Redis that it watches/],
    ['redis://:secret@h/1?db=2', /two databases/],
    ['redis://:secret@h/main', /by a number/],
    ['unix://run/secret.sock', /three slashes/],
  ])('says what is wrong with %j, and shows no part of its password', (url, told) => {
    expect(() => redisAddress({ url })).toThrow(UsageError);
    expect(() => redisAddress({ url })).toThrow(told);
    expect(() => redisAddress({ url })).toThrow(/^(?!.*(secret|12))/);
  });

  test.each([-1, 1.5, Number.NaN])('refuses database %d', (db) => {
    expect(() => redisAddress({ db })).toThrow(UsageError);
  });
});
