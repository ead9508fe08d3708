import * as whole from 'undici';
import { expect, test } from 'vitest';
import { loadUndici } from '../../src/net/undici.js';

test('the parts of undici that are loaded are those of its index', () => {
  const { Pool, buildConnector } = loadUndici();
  expect(Pool).toBe(whole.Pool);
  expect(buildConnector).toBe(whole.buildConnector);
  expect(Pool.prototype).toMatchObject({ request: expect.any(Function), stream: expect.any(Function) });
  expect(Pool.prototype.connect).toBeTypeOf('function');
});
