// What doctor says of a destination.
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings } from '../../../src/config/load.js';
import { examineDestination } from '../../../src/doctor/checks/destination.js';
import { Budget, Probe } from '../../../src/doctor/run-check.js';
import { documents, makeIndex } from '../../destinations/indexes.js';
import { freePort } from '../../helpers/redis.js';
import { makeSpace } from '../../output/sample.js';

async function look(out: string, address: string) {
  const read = await readSettings({ env: {}, cwd: out, flags: { out, sync: [address] } });
  const probe = new Probe('destination', new Budget(10_000, new AbortController().signal), address);
  await examineDestination(probe, { address, read, out, cwd: out });
  return probe.checks.map(({ id, status, seen, mend }) => ({ id, status, seen, ...(mend && { mend }) }));
}

test('rows and vector space are held against the output', async () => {
  const index = await makeIndex(documents(4));
  const address = `parquet:${join(dirname(index.dir), 'chunks.parquet')}`;
  const reachable = (seen: string) => ({ id: 'destination.reachable', status: 'ok', seen });
  expect(await look(index.dir, address)).toEqual([reachable('holds no index "default" yet')]);
  await index.sync(address);
  const held = reachable('holds the index "default"');
  const rows = (status: string, seen: string) =>
    expect.objectContaining({ id: 'destination.rows', status, seen });
  expect(await look(index.dir, address)).toEqual([held, rows('ok', '12 rows, and the output has 12')]);
  await index.write(documents(5));
  const behind = await look(index.dir, address);
  expect(behind).toEqual([held, rows('warning', '12 rows, and the output has 15')]);
  expect(behind[1]!.mend).toContain('embed sync parquet:');
  await index.rebuild(documents(4), { space: makeSpace('another') });
  const [, other] = await look(index.dir, address);
  expect(other).toMatchObject({
    status: 'failure',
    seen: expect.stringContaining('model: sample, now another'),
  });
  expect(other!.mend).toMatch(/--rebuild$/);
});

test('one that is down is a failure', async () => {
  const index = await makeIndex(documents(1));
  const checks = await look(index.dir, `qdrant://127.0.0.1:${await freePort()}/chunks`);
  expect(checks).toEqual([
    {
      id: 'destination.reachable',
      status: 'failure',
      seen: expect.stringContaining("can't be reached (ECONNREFUSED)"),
    },
  ]);
});
