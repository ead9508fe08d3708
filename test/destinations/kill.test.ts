// A sync that is killed anywhere is completed by the next one: the same rows as without a kill.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomNumbers } from '../output/sample.js';
import { documents, makeIndex } from './indexes.js';
import { storeKinds } from './stores.js';

/** Kills of each store; `EMBED_TEST_KILLS=20` looks further. */
const kills = Number(process.env.EMBED_TEST_KILLS ?? 2);
const child = fileURLToPath(new URL('kill-child.js', import.meta.url));
const seed = Number(process.env.EMBED_TEST_SEED ?? 2026);

describe.each(storeKinds)('$name', ({ isAvailable, start }) => {
  let started: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    if (isAvailable) started = await start();
  });
  afterAll(() => started?.stop());

  test.skipIf(!isAvailable)(
    `is right after ${kills} kills`,
    { timeout: 60_000 + kills * 10_000 },
    async () => {
      const random = randomNumbers(seed);
      const store = await started.make();
      const index = await makeIndex(documents(10));
      await index.sync(store.address);
      for (let kill = 0; kill < kills; kill++) {
        // Other documents each time: rows to send, and rows to remove.
        await index.write(documents(10, 3 * (kill + 1)));
        await killedSync(index.dir, store.address, Math.floor(random() * 12));
        expect((await index.sync(store.address, { wait: true })).replacedCharacters).toBe(0);
        expect(await store.rows()).toEqual(index.rows());
      }
    },
  );
});

/** Syncs in a process that is killed after some messages, or at its end. */
async function killedSync(out: string, address: string, messages: number): Promise<void> {
  const syncing = fork(child, [out, address], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let seen = 0;
  syncing.on('message', () => {
    if (seen++ === messages) syncing.kill('SIGKILL');
  });
  await new Promise((resolve) => syncing.once('exit', resolve));
}
