import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const folder = new URL('../../../dist/documents/reader/', import.meta.url);

test('closing waits for the process also when its answer comes after the call', () => {
  const script = `
    import { ReaderProcess } from ${JSON.stringify(new URL('worker-process.js', folder).href)};
    import { readerLimits } from ${JSON.stringify(new URL('limits.js', folder).href)};
    const reader = new ReaderProcess(readerLimits);
    const job = { bytes: Buffer.from('<p>text</p>'), source: 'a.html' };
    await reader.read(job);
    reader.read(job).catch(() => undefined);
    // The answer lies in the channel when it is closed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    await reader.close();
    console.log('closed');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
});
