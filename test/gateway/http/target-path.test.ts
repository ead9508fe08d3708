import { expect, test } from 'vitest';
import { isPlainTarget } from '../../../src/gateway/http/target-path.js';

test.each([
  '/',
  '/api/tags',
  '/api/blobs/sha256:29fdb92e57cf0827ded04ae6461b5931d01fa595843f55d36f5b275a52087dd2',
  '/v1/models/library%2Fall-minilm',
  '/api/show?a=../../b&c=//d',
  '/api/na%C3%AFve...txt',
  '/..a/b..',
])('%s is a path as any other', (target) => {
  expect(isPlainTarget(target)).toBe(true);
});

test.each([
  '',
  '*',
  'http://evil.example/api/tags',
  'evil.example:80',
  '//evil.example/api/tags',
  '/\\evil.example',
  '/api/../../admin',
  '/..',
  '/./api',
  '/api/%2e%2e/admin',
  '/api/.%2E/admin',
  '/api/%2e%2e%2fadmin',
  '/api/..%5cadmin',
  '/api/tags%00',
  '/api/tags%0d%0aHost:%20evil',
  '/api/%ff',
  '/api/tags#fragment',
])('%s goes nowhere', (target) => {
  expect(isPlainTarget(target)).toBe(false);
});
