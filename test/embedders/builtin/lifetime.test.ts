import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import type { Embedder } from '../../../src/types/embedder.js';
import { embedderUrl, openBuiltinEmbedder } from './built.js';
import { questions } from './texts.js';

const manyTexts = Array.from({ length: 5 }, () => questions.map(({ passage }) => passage)).flat();

/** Process ids of the workers that this process has now. */
function workerPids(): number[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...args]) =>
        Number(parent) === process.pid && args.join(' ').includes('builtin/workers/worker.js'),
    )
    .map(([pid]) => Number(pid));
}

let embedder: Embedder | undefined;
afterEach(async () => {
  await embedder?.close();
  embedder = undefined;
});

describe('aborting', () => {
  test('rejects with the reason and leaves the embedder usable', async () => {
    embedder = await openBuiltinEmbedder({ threads: 1 });
    const controller = new AbortController();
    const reason = new Error('enough');
    const call = embedder.embed(manyTexts, { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(await embedder.embed(['still here'])).toHaveLength(1);
  });

  test('starts nothing when it has aborted before', async () => {
    const reason = new Error('never mind');
    const signal = AbortSignal.abort(reason);
    await expect(openBuiltinEmbedder({ signal })).rejects.toBe(reason);
    embedder = await openBuiltinEmbedder({ threads: 1 });
    await expect(embedder.embed(['text'], { signal })).rejects.toBe(reason);
  });
});

describe('a worker that dies', () => {
  test('fails the calls that it had, and another takes its place', async () => {
    embedder = await openBuiltinEmbedder({ threads: 1 });
    await embedder.embed(['warm']);
    const call = embedder.embed(manyTexts);
    const pids = workerPids();
    expect(pids).toHaveLength(1);
    process.kill(pids[0]!, 'SIGKILL');
    await expect(call).rejects.toMatchObject({ meaning: 'unreachable' });
    expect(await embedder.embed(['again'])).toHaveLength(1);
  });

  test('is not killed by a signal that the main process may answer', async () => {
    embedder = await openBuiltinEmbedder({ threads: 1 });
    await embedder.embed(['warm']);
    const call = embedder.embed(manyTexts);
    for (const pid of workerPids()) process.kill(pid, 'SIGINT');
    expect(await call).toHaveLength(manyTexts.length);
  });
});

describe('closing', () => {
  test('ends all workers and fails calls', async () => {
    const closing = await openBuiltinEmbedder({ threads: 2 });
    const call = closing.embed(manyTexts);
    const failed = expect(call).rejects.toMatchObject({ name: 'EmbedderFault' });
    await closing.close();
    await failed;
    expect(workerPids()).toEqual([]);
    await expect(closing.embed(['late'])).rejects.toMatchObject({ meaning: 'refused' });
    await closing.close();
  });

  test.each([
    ['after close', 'await embedder.embed(texts); await embedder.close();', 0],
    ['with idle workers', 'await embedder.embed(texts);', 0],
    ['without any use', '', 0],
    ['with busy workers', 'void embedder.embed(texts); process.exit(9);', 9],
  ])('lets the process exit %s', (_, body, status) => {
    const script = `
      import { openBuiltinEmbedder } from ${JSON.stringify(embedderUrl)};
      const embedder = await openBuiltinEmbedder({ threads: 2 });
      const texts = ${JSON.stringify(manyTexts.slice(0, 12))};
      ${body}`;
    const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status, stderr: '' });
  });

  test('waits for a worker also when it starts after the call', () => {
    const url = new URL('./workers/worker-process.js', embedderUrl).href;
    const script = `
      import { WorkerProcess } from ${JSON.stringify(url)};
      const worker = new WorkerProcess('auto');
      worker.started.catch(() => undefined);
      // That it has started lies in the channel when it is closed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
      await worker.close();
      console.log('closed');`;
    const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    const { status, stdout, stderr } = result;
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
  });
});
