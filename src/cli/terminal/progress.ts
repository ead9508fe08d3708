// Shows a run while it goes: a bar on a terminal, a line now and then elsewhere, nothing with --quiet.
import { isDebugging } from '../../debug.js';
import { variable } from '../../environment.js';
import type { RunCounts } from '../../ingest/run-counts.js';
import { duration } from '../../text/durations.js';
import { whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import { isGithub } from './github.js';
import { printNotice, printWorkflowCommand, showsNotices } from './print.js';

export interface Progress {
  /** Prints a line without breaking the bar. */
  line(text: Printable): void;
  /** Shows a download in place of the run's own progress, until it is complete. */
  download(name: string, completed: number, total: number): void;
  stop(): void;
}

const barIntervalMs = 100;
const lineIntervalMs = 10_000;

export async function startProgress(counts: RunCounts, quiet: boolean): Promise<Progress> {
  if (quiet) return { line: () => undefined, download: () => undefined, stop: () => undefined };
  const isPlain = variable('CI') || isDebugging();
  return showsNotices() && !isPlain ? startRunBar(counts) : startLines(counts);
}

async function startRunBar(counts: RunCounts): Promise<Progress> {
  const started = performance.now();
  let title: Printable | undefined;
  const { startBar } = await import('./bar.js');
  const bar = await startBar((done) =>
    title === undefined ? progressParts(counts, done, (performance.now() - started) / 1000) : [title],
  );
  const timer = setInterval(() => {
    if (title === undefined) bar.update(shareDone(counts));
  }, barIntervalMs);
  return {
    download(name, completed, total) {
      title =
        completed < total
          ? say`${printable(name)}, ${shownSize(completed)} of ${shownSize(total)}`
          : undefined;
      if (title !== undefined) bar.update(completed / total);
    },
    line: bar.line,
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function startLines(counts: RunCounts): Progress {
  const started = performance.now();
  // GitHub folds what is said during the run, and shows what comes after it.
  const isFolded = isGithub();
  let isOpen = false;
  const line = (text: Printable) => {
    if (isFolded && !isOpen) printWorkflowCommand('group', {}, 'embed ingest');
    isOpen = true;
    printNotice(text);
  };
  const timer = setInterval(
    () => line(progressLine(counts, (performance.now() - started) / 1000, new Date())),
    lineIntervalMs,
  );
  timer.unref();
  let last = '';
  const download = (name: string) => {
    if (name !== last) line(printable(name));
    last = name;
  };
  const stop = () => {
    clearInterval(timer);
    if (isFolded && isOpen) printWorkflowCommand('endgroup', {}, '');
    isOpen = false;
  };
  return { line, download, stop };
}

/** Of the work of a byte that is embedded, that of one which is only read: files as they were are passed over in a moment. */
const passedWork = 0.05;

/**
 * How much of the run is done, 0 to 1: what was split, less what still waits for vectors. A file that is as it was is hardly any
 * work, so it is taken out of the whole: else an update would begin near its end, and go back when the first vectors are waited for.
 */
export function shareDone(counts: RunCounts): number {
  const { bytes, rowsSplit, rowsWritten } = counts;
  const written = rowsSplit === 0 ? 0 : rowsWritten / rowsSplit;
  const read = bytesSplit(counts);
  const embedded = Math.min(read, counts.bytesSplit);
  const passed = read - embedded;
  const all = bytes - passed + passedWork * passed;
  return all <= 0 ? 0 : Math.min(1, (embedded * written + passedWork * passed) / all);
}

/** Of one large file the text is read at once, and split while it is embedded. */
function bytesSplit({ bytesRead, bytesToSplit }: RunCounts): number {
  // Shares of a file don't add up to the last bit.
  return Math.max(0, bytesRead - Math.round(bytesToSplit));
}

/** A line of a log: `14:03:20  71%, 40 s left, 320 of 445 chunks, 12/s, 53 of 53 files`. */
export function progressLine(counts: RunCounts, seconds: number, now: Date): Printable {
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) =>
    `${part}`.padStart(2, '0'),
  );
  const done = shareDone(counts);
  const share = say`${Math.floor(done * 100)}%`;
  return say`${printable(clock.join(':'))}  ${joined([share, ...progressParts(counts, done, seconds)], say`, `)}`;
}

/** What is told of a run, the most wanted first. @param done 0 to 1 */
export function progressParts(counts: RunCounts, done: number, seconds: number): Printable[] {
  const { rowsWritten, chunksFromCache, cacheLookups } = counts;
  return [
    ...timeLeft(done, seconds),
    ...chunksDone(counts),
    ...(seconds > 0 && rowsWritten > 0 ? [say`${whole(rowsWritten / seconds)}/s`] : []),
    ...(chunksFromCache > 0
      ? [say`${Math.round((100 * chunksFromCache) / Math.max(1, cacheLookups))}% cached`]
      : []),
    say`${whole(counts.filesRead)} of ${whole(counts.files)} files`,
  ];
}

function chunksDone(counts: RunCounts): Printable[] {
  const { rowsWritten, rowsSplit } = counts;
  const split = Math.min(counts.bytesSplit, bytesSplit(counts));
  if (rowsSplit === 0) return [];
  // Files that are as they were have no chunks here.
  const bytes = counts.bytes - (bytesSplit(counts) - split);
  // What isn't split yet has about as many as what is, once that is more than a little.
  if (split * 10 < bytes) return [say`${whole(rowsWritten)} chunks`];
  const isAll = split >= bytes;
  const total = isAll ? whole(rowsSplit) : say`about ${whole((rowsSplit * bytes) / Math.max(1, split))}`;
  return [say`${whole(rowsWritten)} of ${total} chunks`];
}

function timeLeft(done: number, seconds: number): Printable[] {
  // The first seconds say little: models load, caches are cold.
  if (seconds < 2 || done <= 0.01 || done >= 1) return [];
  return [say`${duration((seconds * (1 - done)) / done)} left`];
}
