// When a request counts as late, by what is known of the speeds of all servers.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lateAfterMs } from '../../../src/embedders/pool/choose-endpoint.js';
import { Endpoint } from '../../../src/embedders/pool/endpoint.js';
import type { TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const servers = new Servers();
let a: TestOllama;
let b: TestOllama;

beforeEach(async () => {
  a = await servers.start();
  b = await servers.start();
});
afterEach(() => servers.stop());

async function endpoint(server: TestOllama, msPerToken: number | undefined, answers: number) {
  const one = new Endpoint(
    await servers.member(server, { msPerToken: () => msPerToken }),
    {},
    { onChange: () => {}, onOut: () => {}, onBack: () => {} },
  );
  for (let answer = 0; answer < answers; answer++) await one.embed([`text ${answer}`], { tokens: 10 });
  return one;
}

describe('a request is late', () => {
  test('after three times what its server is expected to take', async () => {
    const one = await endpoint(a, 2, 4);
    expect(lateAfterMs(one, 1000, [one])).toBe(3 * 1000 * 2);
  });

  test('never within a moment, whatever the speed', async () => {
    const one = await endpoint(a, 0.001, 4);
    expect(lateAfterMs(one, 10, [one])).toBe(250);
  });

  test('by the speed of the others while its own is known from its first answers only', async () => {
    const [one, other] = [await endpoint(a, 50, 1), await endpoint(b, 1, 4)];
    expect(lateAfterMs(one, 1000, [one, other])).toBe(3000);
    expect(lateAfterMs(other, 1000, [one, other])).toBe(3000);
  });

  test('never while no speed is known', async () => {
    const [one, other] = [await endpoint(a, undefined, 0), await endpoint(b, undefined, 0)];
    expect(lateAfterMs(one, 1000, [one, other])).toBeUndefined();
  });

  test('later, when one was given up for being late: it may only have become slower', async () => {
    const one = await endpoint(a, 2, 4);
    one.late()(true);
    expect(lateAfterMs(one, 1000, [one])).toBe(12_000);
    one.late()(false);
    expect(lateAfterMs(one, 1000, [one])).toBe(12_000);
    await one.embed(['in time'], { tokens: 10 });
    expect(lateAfterMs(one, 1000, [one])).toBeLessThan(12_000);
  });
});
