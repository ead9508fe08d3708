// Shows a run while it goes: a bar on a terminal, a line now and then elsewhere, nothing with --quiet.
import { MultiBar } from 'cli-progress';
import { isDebugging } from '../debug.js';
import type { RunCounts } from '../ingest/counts.js';
import { type Printable, printable } from '../printable.js';
import { whole } from '../words.js';
import { duration, megabytes } from './numbers.js';
import { notice, printNotice } from './print.js';

export interface Progress {
  /** Prints a line without breaking the bar. */
  line(text: Printable): void;
  /** Shows a download in place of the run's own progress, until it is complete. */
  download(name: string, completed: number, total: number): void;
  stop(): void;
}

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 10_000;

export function startProgress(counts: RunCounts, quiet: boolean): Progress {
  if (quiet) return { line: () => undefined, download: () => undefined, stop: () => undefined };
  const isPlain = process.env.CI || isDebugging();
  return process.stderr.isTTY && !isPlain ? startBar(counts) : startLines(counts);
}

function startBar(counts: RunCounts): Progress {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let title: string | undefined;
  // A MultiBar of one bar, since only it can print lines above itself.
  const bars = new MultiBar({
    stream: process.stderr,
    format: (_options, { progress }) => render(progress, title ?? describe(counts, seconds()), seconds()),
    clearOnComplete: true,
    hideCursor: true,
    // Our line always fits; switching wrapping off would cut the lines above it.
    linewrap: true,
    // The run handles signals itself and ends through stop(), which brings the cursor back.
    gracefulExit: false,
  });
  const bar = bars.create(1, 0);
  const timer = setInterval(() => {
    if (title === undefined) bar.update(fraction(counts));
  }, BAR_INTERVAL_MS);
  let running = true;
  return {
    download(name, completed, total) {
      title =
        completed < total ? `${printable(name)}, ${megabytes(completed)} of ${megabytes(total)}` : undefined;
      if (title !== undefined) bar.update(completed / total);
    },
    line(text) {
      if (running) {
        bars.log(`${notice(text)}\n`);
        bars.update();
      } else {
        printNotice(text);
      }
    },
    stop() {
      if (!running) return;
      running = false;
      clearInterval(timer);
      bars.stop();
    },
  };
}

function startLines(counts: RunCounts): Progress {
  const started = performance.now();
  const line = printNotice;
  const timer = setInterval(
    () => line(printable(describe(counts, (performance.now() - started) / 1000))),
    LINE_INTERVAL_MS,
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

/** One line of at most 79 columns. */
function render(done: number, text: string, seconds: number): string {
  const width = 16;
  const full = Math.round(done * width);
  const bar = '█'.repeat(full) + '░'.repeat(width - full);
  const percent = `${Math.floor(done * 100)}%`.padStart(4);
  return `${bar}${percent} ${text}${timeLeft(done, seconds)}`.slice(0, 79);
}

function describe(counts: RunCounts, seconds: number): string {
  const files = `${whole(counts.filesRead)}/${whole(counts.files)} files`;
  const rate = seconds > 0 ? ` ${whole(counts.rowsWritten / seconds)}/s` : '';
  const cached =
    counts.chunksFromCache > 0 ? `, ${percentOf(counts.chunksFromCache, counts.cacheLookups)} cached` : '';
  return `${files}, ${whole(counts.chunks)} chunks${rate}${cached}`;
}

function percentOf(part: number, all: number): string {
  return `${Math.round((100 * part) / Math.max(1, all))}%`;
}

function timeLeft(done: number, seconds: number): string {
  // The first seconds say little: models load, caches are cold.
  if (seconds < 2 || done <= 0.01 || done >= 1) return '';
  return `, ${duration((seconds * (1 - done)) / done)} left`;
}
