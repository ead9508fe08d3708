// What is said while a run goes, on terminals of any width and in a log.
import { expect, test } from 'vitest';
import { barLine } from '../../src/cli/terminal/bar.js';
import { progressLine, progressParts, shareDone } from '../../src/cli/terminal/progress.js';
import { RunCounts } from '../../src/ingest/run-counts.js';
import { columnsOf } from '../../src/text/columns.js';

function counted(values: Partial<RunCounts>): RunCounts {
  return Object.assign(new RunCounts(), values);
}

const half = counted({
  files: 53,
  bytes: 1000,
  filesRead: 53,
  bytesRead: 1000,
  bytesSplit: 1000,
  rowsSplit: 440,
  rowsWritten: 330,
  chunksFromCache: 33,
  cacheLookups: 330,
});

test('a log has clock, share, time left, chunks and rate', () => {
  const line = progressLine(half, 30, new Date(2026, 10, 3, 9, 5, 7));
  expect(line).toBe('09:05:07  75%, 10 s left, 330 of 440 chunks, 11/s, 10% cached, 53 of 53 files');
});

test('before all is read, the number of chunks is told as an estimate', () => {
  const counts = counted({
    files: 4,
    bytes: 4000,
    filesRead: 1,
    bytesRead: 1000,
    bytesSplit: 1000,
    rowsSplit: 100,
    rowsWritten: 50,
  });
  expect(shareDone(counts)).toBe(0.125);
  expect(progressParts(counts, shareDone(counts), 1)).toEqual([
    '50 of about 400 chunks',
    '50/s',
    '1 of 4 files',
  ]);
  counts.bytesRead = counts.bytesSplit = 399;
  expect(progressParts(counts, 0, 0)[0]).toBe('50 chunks');
  expect(progressParts(counted({ files: 4 }), 0, 0)).toEqual(['0 of 4 files']);
});

test('the share of an update grows: files that are as they were are hardly any of its work', () => {
  const counts = counted({ files: 100, bytes: 100_000 });
  const shares = [shareDone(counts)];
  for (let file = 0; file < 100; file++) {
    counts.bytesRead += 1000;
    // The last ten are new, each of five chunks, which wait for vectors for a while.
    if (file >= 90) {
      counts.rowsSplit += 5;
      counts.bytesSplit += 1000;
      if (file >= 95) counts.rowsWritten += 5;
    }
    shares.push(shareDone(counts));
  }
  expect(Math.max(...shares)).toBeLessThan(0.7);
  for (; counts.rowsWritten < counts.rowsSplit; counts.rowsWritten++) shares.push(shareDone(counts));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shareDone(counts)).toBe(1);
  // Nothing changed.
  expect(shareDone(counted({ files: 9, bytes: 900, bytesRead: 900 }))).toBe(1);
});

test('a narrow terminal keeps the share and the time', () => {
  const line = (room: number) => barLine(0.75, progressParts(half, 0.75, 30), room);
  expect(line(200)).toBe(
    '████████████░░░░  75% 10 s left, 330 of 440 chunks, 11/s, 10% cached, 53 of 53 files',
  );
  expect(line(60)).toBe('████████████░░░░  75% 10 s left, 330 of 440 chunks, 11/s');
  expect(line(40)).toBe(' 75% 10 s left, 330 of 440 chunks, 11/s');
  expect(line(20)).toBe(' 75% 10 s left');
  for (let room = 8; room < 130; room++) expect(columnsOf(line(room))).toBeLessThan(room);
});
