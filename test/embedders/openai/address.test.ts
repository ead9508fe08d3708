import { describe, expect, test } from 'vitest';
import { baseUrlOf, parseOpenAiAddress } from '../../../src/embedders/openai/address.js';

describe('parseOpenAiAddress', () => {
  test.each([
    ['http://h:8080/v1', 'http://h:8080/v1', 'http://h:8080/'],
    ['http://h:8080/v1/', 'http://h:8080/v1', 'http://h:8080/'],
    ['https://api.openai.com/v1', 'https://api.openai.com/v1', 'https://api.openai.com/'],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1', 'https://openrouter.ai/api'],
    ['http://h:7997', 'http://h:7997', 'http://h:7997/'],
    ['https://h/v1beta/openai', 'https://h/v1beta/openai', 'https://h/v1beta/openai'],
    [' "http://0.0.0.0:8080/v1" ', 'http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/'],
    ['http://[::]:8080/v1', 'http://[::1]:8080/v1', 'http://[::1]:8080/'],
  ])('%s', (given, base, root) => {
    const address = parseOpenAiAddress(given);
    expect(baseUrlOf(address)).toBe(base);
    expect(address.url.href).toBe(root);
    expect(address).toMatchObject({ weight: 1, model: undefined });
  });

  test('reads a weight, and the name that a server has for the model', () => {
    const address = parseOpenAiAddress('http://h/v1#weight=2.5&model=org/name@v2');
    expect(address).toMatchObject({ weight: 2.5, model: 'org/name@v2' });
    expect(baseUrlOf(address)).toBe('http://h/v1');
  });

  test('keeps a user and a password for the request, and out of what is shown', () => {
    const address = parseOpenAiAddress('http://user:s3cret@h:8080/v1#model=a@b');
    expect([address.url.username, address.url.password, address.model]).toEqual(['user', 's3cret', 'a@b']);
    expect(baseUrlOf(address)).toBe('http://h:8080/v1');
  });

  test.each([
    ['h:8080/v1', /must start with http/],
    ['ftp://h/v1', /must start with http/],
    ['http://h/v1?key=s3cret', /question mark/],
    ['http://h/v1/embeddings', /leave that out/],
    ['http://h/v1#weight=0', /weight=N/],
    ['http://h/v1#wait=4', /weight=N/],
    ['http://', /not a URL/],
    ['http://user:s3cret#more@h/v1', /%23/],
    ['http://user:s3cret/more@h/v1', /%23/],
    ['http://s3cret@h/v1', /%23/],
  ])('refuses %s, and shows no secret', (given, why) => {
    expect(() => parseOpenAiAddress(given)).toThrow(why);
    expect(() => parseOpenAiAddress(given)).not.toThrow(/s3cret/);
  });
});
