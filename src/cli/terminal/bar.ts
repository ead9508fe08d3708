// A bar on the terminal, with lines above it.
import type { Printable } from '../../text/printable.js';
import { notice, printNotice } from './print.js';

export interface Bar {
  /** @param done 0 to 1 */
  update(done: number): void;
  /** Prints a line without breaking the bar. */
  line(text: Printable): void;
  stop(): void;
}

const barWidth = 16;
/** Columns of the whole line. */
const maxLineWidth = 79;

/** @param text what is shown after the bar */
export async function startBar(text: (done: number) => Printable): Promise<Bar> {
  // Loaded for who sees it: a run from cron draws none.
  const { MultiBar } = await import('cli-progress');
  // A MultiBar of one bar, since only it can print lines above itself.
  const bars = new MultiBar({
    stream: process.stderr,
    format: (_options, { progress }) => lineOf(progress, text(progress)),
    clearOnComplete: true,
    hideCursor: true,
    // Our line always fits; switching wrapping off would cut the lines above it.
    linewrap: true,
    // The run handles signals itself and ends through stop(), which brings the cursor back.
    gracefulExit: false,
  });
  const bar = bars.create(1, 0);
  let running = true;
  return {
    update: (done) => bar.update(done),
    line(above) {
      if (!running) return printNotice(above);
      bars.log(`${notice(above)}\n`);
      bars.update();
    },
    stop() {
      if (running) bars.stop();
      running = false;
    },
  };
}

function lineOf(done: number, text: Printable): string {
  const full = Math.round(done * barWidth);
  const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
  return `${bar}${`${Math.floor(done * 100)}%`.padStart(5)} ${text}`.slice(0, maxLineWidth);
}
