// Many clients at once, while some leave, the cache's Redis restarts and the server goes away and comes back:
// no client may get another's vector.

import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { redisAvailable, startRedis } from '../helpers/redis.js';
import { floats, gateway, ollama, type Said } from './gateways.js';

const requests = 1000;
/** Half of the requests ask for a text that another one asks for, too. */
const textOf = (index: number) => `text ${index % (requests / 2)}`;

test.runIf(redisAvailable)('1,000 clients and all that can go wrong', async () => {
  const server = await ollama({ requestDelayMs: 5 });
  let redis = await startRedis();
  const { url } = await gateway(
    { ollamaUrl: [server.url], cache: 'redis', redisUrl: redis.url, maxRetries: 2 },
    { limits: { deadlineMs: 20_000 } },
  );
  const agent = new Agent({ connections: 200, headersTimeout: 60_000 });

  async function ask(text: string, signal?: AbortSignal): Promise<number> {
    const { statusCode, body } = await request(`${url}/api/embed`, {
      method: 'POST',
      body: JSON.stringify({ model: 'all-minilm', input: text }),
      dispatcher: agent,
      ...(signal && { signal }),
    });
    const said = (await body.json()) as Said;
    if (statusCode === 200) expect(floats(said.embeddings)).toEqual([server.vectorOf(text)]);
    else expect(said.error).toEqual(expect.any(String));
    return statusCode;
  }

  expect(await ask('opens the model')).toBe(200);
  const leavers: AbortController[] = [];
  let answers = 0;
  const faults: Promise<unknown>[] = [];
  const plan: Record<number, () => Promise<unknown>> = {
    50: async () => {
      for (const one of leavers) one.abort(new Error('left'));
    },
    100: () => redis.kill(),
    150: () => server.die().then(() => server.revive()),
    250: async () => {
      redis = await startRedis([], { port: redis.port });
    },
    300: () => server.die().then(() => server.revive()),
    400: () => server.die().then(() => server.revive()),
  };
  const outcomes = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const leave = new AbortController();
      if (index % 3 === 0) leavers.push(leave);
      const status = await ask(textOf(index), leave.signal).catch((error: unknown) => {
        if (leave.signal.aborted) return 'left';
        throw error;
      });
      if (typeof status === 'number') faults.push(plan[++answers]?.() ?? Promise.resolve());
      return status;
    }),
  );
  await Promise.all(faults);
  expect(outcomes.filter((one) => one === 'left').length).toBeGreaterThan(200);
  expect(outcomes.filter((one) => one === 200).length).toBeGreaterThan(100);
  expect(new Set(outcomes.filter((one) => one !== 200 && one !== 'left' && one !== 503))).toEqual(new Set());

  // When all is well again, everybody is answered.
  await eventually(() => ask('well again')).toBe(200);
  const again = await Promise.all(Array.from({ length: requests }, (_, index) => ask(textOf(index))));
  expect(new Set(again)).toEqual(new Set([200]));
  await agent.close();
  await redis.stop();
});
