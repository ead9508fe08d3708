// `embed mcp`: the protocol on standard output, all else on standard error.
import { printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { mcp as declared } from '../declared/mcp.js';
import type { Outcome } from '../declared/outcome.js';
import { nearIndex } from '../near-index.js';
import { keepNewSpaceSmall } from '../new-space.js';
import { rerankOf } from '../rerank.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { tellError } from '../terminal/error-report.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, reserveOutput } from '../terminal/print.js';

export async function runMcp(given: Given<typeof declared>): Promise<Outcome> {
  const { in: named, allowIngest, maxMemory, quiet } = given.flags;
  keepNewSpaceSmall();
  const line = quiet ? () => undefined : printNotice;
  const output = reserveOutput();
  const settings = nearIndex(await settingsFor(given, line));
  const { mcp } = await import('../../commands/mcp.js');
  await withSignals((signal) =>
    mcp({
      in: named,
      ...{ settings, allowIngest, maxMemory, rerank: rerankOf(given.flags), signal, output },
      input: process.stdin,
      events: {
        ...printedEvents(line),
        listening: (names) => line(say`embed mcp: answers for ${printable(names.join(', '))}`),
        failed: (error) => void tellError(error),
      },
    }),
  );
  return { endsNow: true };
}
