// Redis addresses: what a URL says, what stands beside it, and what messages show.
import { describe, expect, test } from 'vitest';
import { redisAddress } from '../../../src/cache/redis/address.js';
import { UsageError } from '../../../src/errors.js';

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

  test('prefers a database given apart', () => {
    expect(redisAddress({ url: 'redis://h/3', db: 0 }).db).toBe(0);
  });

  test.each([
    'localhost:6379',
    'http://localhost',
    'secret@x',
    '',
    'redis://h:99999',
    'redis://h/x',
    'redis://%@h',
  ])('refuses %j', (url) => {
    expect(() => redisAddress({ url })).toThrow(UsageError);
  });

  test('shows no password of a URL that it does not understand', () => {
    expect(() => redisAddress({ url: 'http://user:secret@h' })).toThrow(/^(?!.*secret)/);
  });

  test.each([-1, 1.5, Number.NaN])('refuses database %d', (db) => {
    expect(() => redisAddress({ db })).toThrow(UsageError);
  });
});
