// Jobs and answers as they lie in Redis: what was written is read, and anything else is refused.

import { describe, expect, test } from 'vitest';
import {
  answerBytes,
  answerOf,
  type BatchJob,
  jobData,
  jobOf,
  senderOf,
} from '../../../src/embedders/queue/job.js';
import { queueKeys } from '../../../src/embedders/queue/names.js';
import { EmbedderFault, UsageError } from '../../../src/errors.js';
import fc from '../../helpers/properties.js';

const job: BatchJob = {
  space: 'a'.repeat(32),
  sender: 'sender-1',
  texts: ['one', 'zwei ✓'],
  tokens: 4,
  truncate: false,
  dimensions: undefined,
  leastMs: undefined,
  onceLate: true,
};
const stored = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value));

describe('a job', () => {
  test('is read as it was written', () => {
    expect(jobOf(stored(jobData(job)))).toEqual(job);
  });

  test.each([
    ['another layout', { layout: 2 }],
    ['no texts', { texts: [] }],
    ['65 texts', { texts: Array(65).fill('a') }],
    ['a text that is none', { texts: ['a', 1] }],
    ['texts of 17 MB', { texts: ['a'.repeat(17_000_000)] }],
    ['a space that is none', { space: 'b' }],
    ['a sender that could be another key', { sender: 'a:b' }],
    ['tokens that are none', { tokens: '1' }],
    ['no dimensions', { dimensions: 0 }],
    ['a time that is none', { leastMs: 'x' }],
    ['a time that no timer takes', { leastMs: 1e15 }],
    ['tokens that no text has', { tokens: 1e300 }],
  ])('with %s is none', (_, wrong) => {
    expect(jobOf({ ...stored(jobData(job)), ...wrong })).toBeUndefined();
  });

  test('is not made of more than a worker reads: fewer texts may fit', () => {
    const texts = Array(4).fill('é'.repeat(2_500_000));
    expect(() => jobData({ ...job, texts })).toThrow(
      /^4 texts are too long for a queue: 20000000 bytes, and a job holds 16777216/,
    );
    expect(() => jobData({ ...job, texts: ['a'.repeat(17_000_000)] })).toThrow(/^This text is too long/);
    expect(() => jobData({ ...job, texts: Array(65).fill('a') })).toThrow(EmbedderFault);
    expect(jobOf(stored(jobData({ ...job, texts: texts.slice(0, 3) })))?.texts).toHaveLength(3);
  });

  test('that can not be read has a sender, or none that could be another key', () => {
    expect(senderOf({ ...jobData(job), layout: 2 })).toBe('sender-1');
    for (const data of [{}, { sender: 'a:b' }, { sender: 1 }, null, 'a'])
      expect(senderOf(data)).toBeUndefined();
  });

  test('is no value of another kind', () => {
    fc.assert(fc.property(fc.anything(), (value) => void expect(jobOf(value)).toBeUndefined()));
  });
});

describe('an answer', () => {
  const vectors = [Float32Array.of(1, -0, 3), Float32Array.of(Number.MIN_VALUE, 5, 1e-38)];

  test('is read as it was written, to the bit', () => {
    expect(answerOf(answerBytes({ worker: 'w', ms: 2.5, vectors }))).toEqual({
      worker: 'w',
      ms: 2.5,
      vectors,
    });
  });

  test('holds a fault with its meaning, and no more words than a message has', () => {
    const fault = new EmbedderFault('busy', 'x'.repeat(5000), { retryAfterMs: 7 });
    const read = answerOf(answerBytes({ worker: 'w', ms: 1, fault }));
    expect(read).toMatchObject({ fault: { meaning: 'busy', retryAfterMs: 7 } });
    expect((read as { fault: Error }).fault.message).toHaveLength(2000);
  });

  test('with a byte more, less or changed in its head is none, or the same vectors of another head', () => {
    const bytes = answerBytes({ worker: 'w', ms: 1, vectors });
    expect(answerOf(Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined();
    for (const length of bytes.keys()) expect(answerOf(bytes.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(3), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at]! + by) % 256;
        expect(answerOf(changed)).toBeUndefined();
      }),
    );
  });

  test('is no other bytes, and a fault of an unknown meaning is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(answerOf(Buffer.from(bytes))).toBeUndefined();
      }),
    );
    const strange = { layout: 1, worker: 'w', ms: 1, fault: { meaning: 'constructor', message: 'x' } };
    const words = Buffer.from(JSON.stringify(strange));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(words.length);
    expect(answerOf(Buffer.concat([length, words]))).toBeUndefined();
  });
});

test('a queue is called by one word, which is no part of another key', () => {
  expect(queueKeys('bge-m3').space).toBe('{embed-queue}:bge-m3:space');
  for (const name of ['', 'a:b', 'a b', '{x}', 'x'.repeat(65), 'a\nb'])
    expect(() => queueKeys(name)).toThrow(UsageError);
});
