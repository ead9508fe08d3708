// A bar on the terminal, with lines above it.
import { columnsOf, cut } from '../../text/columns.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { columns, fittedNotice, printNotice } from './print.js';

export interface Bar {
  /** @param done 0 to 1 */
  update(done: number): void;
  /** Prints a line without breaking the bar. */
  line(text: Printable): void;
  stop(): void;
}

const barWidth = 16;
/** A narrower terminal has no bar, so that there is room for what is said. */
const minWidthForBar = 50;
/** More says nothing more. */
const maxLineWidth = 120;

/** @param parts what is shown after the bar; the last ones are left out where the terminal is narrow */
export async function startBar(parts: (done: number) => readonly Printable[]): Promise<Bar> {
  // Loaded for who sees it: a run from cron draws none.
  const { MultiBar } = await import('cli-progress');
  let shown = say``;
  // A MultiBar of one bar, since only it can print lines above itself.
  const bars = new MultiBar({
    stream: process.stderr,
    format: (_options, { progress }) => {
      shown = barLine(progress, parts(progress), columns(true));
      return shown;
    },
    clearOnComplete: true,
    hideCursor: true,
    // Our line always fits; switching wrapping off would cut the lines above it.
    linewrap: true,
    // The run handles signals itself and ends through stop(), which brings the cursor back.
    gracefulExit: false,
  });
  const bar = bars.create(1, 0);
  let running = true;
  process.stderr.on('resize', clearBroken);
  return {
    update: (done) => bar.update(done),
    line(above) {
      if (!running) return printNotice(above);
      bars.log(`${fittedNotice(above)}\n`);
      bars.update();
    },
    stop() {
      process.stderr.off('resize', clearBroken);
      if (running) bars.stop();
      running = false;
    },
  };

  /** A terminal that gets narrower has broken the line into several: all of them go. */
  function clearBroken(): void {
    const above = Math.ceil(columnsOf(shown) / columns(true)) - 1;
    if (running && above > 0) process.stderr.write(`\x1b[${above}A\r\x1b[J`);
    bars.update();
  }
}

/**
 * One line: the bar, the share, and as many parts as there is room for.
 * @param done 0 to 1 @param room columns of the terminal
 */
export function barLine(done: number, parts: readonly Printable[], room: number): Printable {
  // The last column stays free: some terminals go to the next line there.
  const width = Math.min(room - 1, maxLineWidth);
  const full = Math.round(done * barWidth);
  const bar = room < minWidthForBar ? '' : `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} `;
  let line = printable(`${bar}${`${Math.floor(done * 100)}%`.padStart(4)}`);
  for (const [index, part] of parts.entries()) {
    const longer = joined([line, part], index === 0 ? say` ` : say`, `);
    if (columnsOf(longer) > width) return index === 0 ? cut(longer, width) : line;
    line = longer;
  }
  return line;
}
