// Shows a run while it goes: a bar on a terminal, a line now and then elsewhere, nothing with --quiet.
import { isDebugging } from '../../debug.js';
import { variable } from '../../environment.js';
import type { RunCounts } from '../../ingest/run-counts.js';
import { duration } from '../../text/durations.js';
import { whole } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import { startBar } from './bar.js';
import { printNotice, showsNotices } from './print.js';

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
  const seconds = () => (performance.now() - started) / 1000;
  let title: Printable | undefined;
  const bar = await startBar(
    (done) => say`${title ?? describe(counts, seconds())}${timeLeft(done, seconds())}`,
  );
  const timer = setInterval(() => {
    if (title === undefined) bar.update(fraction(counts));
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
  const line = printNotice;
  const timer = setInterval(
    () => line(describe(counts, (performance.now() - started) / 1000)),
    lineIntervalMs,
  );
  timer.unref();
  let last = '';
  const download = (name: string) => {
    if (name !== last) line(printable(name));
    last = name;
  };
  return { line, download, stop: () => clearInterval(timer) };
}

/** How much of the run is done, 0 to 1: what was read, less what still waits for vectors. */
function fraction(counts: RunCounts): number {
  const read = counts.bytes === 0 ? 0 : counts.bytesRead / counts.bytes;
  const written = counts.rowsSplit === 0 ? 1 : counts.rowsWritten / counts.rowsSplit;
  return Math.min(1, read * written);
}

function describe(counts: RunCounts, seconds: number): Printable {
  const files = say`${whole(counts.filesRead)}/${whole(counts.files)} files`;
  const rate = seconds > 0 ? say` ${whole(counts.rowsWritten / seconds)}/s` : say``;
  const cached =
    counts.chunksFromCache > 0
      ? say`, ${percentOf(counts.chunksFromCache, counts.cacheLookups)}% cached`
      : say``;
  return say`${files}, ${whole(counts.chunks)} chunks${rate}${cached}`;
}

function percentOf(part: number, all: number): number {
  return Math.round((100 * part) / Math.max(1, all));
}

function timeLeft(done: number, seconds: number): Printable {
  // The first seconds say little: models load, caches are cold.
  if (seconds < 2 || done <= 0.01 || done >= 1) return say``;
  return say`, ${duration((seconds * (1 - done)) / done)} left`;
}
