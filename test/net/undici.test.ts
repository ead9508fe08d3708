import * as whole from 'undici';
import { expect, test } from 'vitest';
import { buildConnector, Pool } from '../../src/net/undici.js';

test('the parts of undici that are loaded are those of its index', () => {
  expect(Pool).toBe(whole.Pool);
  expect(buildConnector).toBe(whole.buildConnector);
  expect(Pool.prototype).toMatchObject({ request: expect.any(Function), stream: expect.any(Function) });
  expect(Pool.prototype.connect).toBeTypeOf('function');
});
