import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { readForeign } from '../../src/files/foreign-file.js';
import { temporaryFolder } from '../documents/walk/trees.js';
import { eventually } from '../helpers/eventually.js';

test('reads regular files, whatever size the system tells', () => {
  const folder = temporaryFolder();
  for (const size of [0, 1, 65_535, 65_536, 200_000]) {
    const bytes = Buffer.alloc(size, 'abc');
    writeFileSync(join(folder, 'a'), bytes);
    expect(readForeign(join(folder, 'a'), size).equals(bytes)).toBe(true);
  }
  // Says that it holds 4096 bytes, and holds fewer.
  expect(readForeign('/sys/class/net/lo/mtu', 4096).toString()).toMatch(/^\d+\n$/);
  // Has no size, and text.
  expect(readForeign('/proc/self/status', 100_000).toString()).toContain('Pid:');
});

test('reads what fits into memory that it is given, and other files into their own', () => {
  const folder = temporaryFolder();
  const shared = Buffer.alloc(1000);
  for (const size of [0, 1, 999, 1000, 70_000]) {
    const bytes = Buffer.alloc(size, 'abc');
    writeFileSync(join(folder, 'a'), bytes);
    const read = readForeign(join(folder, 'a'), 100_000, shared);
    expect(read.equals(bytes)).toBe(true);
    expect(read.buffer === shared.buffer).toBe(size < shared.length);
  }
  expect(readForeign('/proc/self/status', 100_000, shared).toString()).toMatch(/^Name:[\s\S]+\n$/);
});

test('refuses more than it may read', () => {
  const path = join(temporaryFolder(), 'a');
  writeFileSync(path, 'abcd');
  expect(readForeign(path, 4).toString()).toBe('abcd');
  appendFileSync(path, 'e');
  expect(() => readForeign(path, 4)).toThrow(expect.objectContaining({ code: 'ETOOLARGE' }));
  expect(() => readForeign('/proc/self/status', 10)).toThrow(expect.objectContaining({ code: 'ETOOLARGE' }));
});

test('refuses what is no regular file, without waiting for it', async () => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  mkdirSync(join(folder, 'folder'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
  try {
    for (const path of [join(folder, 'pipe'), join(folder, 'folder'), join(folder, 'socket'), '/dev/zero']) {
      expect(() => readForeign(path, 1000)).toThrow(expect.objectContaining({ code: 'ESPECIAL' }));
    }
    expect(() => readForeign(join(folder, 'none'), 1000)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  } finally {
    server.close();
  }
});

test('never takes a file for whole that is written to while it is read', async () => {
  const path = join(temporaryFolder(), 'a');
  writeFileSync(path, Buffer.alloc(32_000_000, 'abc'));
  const program = `
    const { openSync, writeSync } = require('node:fs');
    const file = openSync(require('node:worker_threads').workerData, 'a');
    for (;;) writeSync(file, 'x');`;
  const writer = new Worker(program, { eval: true, workerData: path });
  try {
    await eventually(() => outcomeOf(path)).toBe('ECHANGING');
  } finally {
    await writer.terminate();
  }
  expect(readForeign(path, 1e9)).toHaveLength(statSync(path).size);
});

function outcomeOf(path: string): string {
  try {
    return `${readForeign(path, 1e9).length} bytes`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
