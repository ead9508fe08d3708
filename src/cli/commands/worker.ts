// `embed worker`: what it tells while it runs.
import { plural } from '../../text/plural.js';
import { printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { worker as declared } from '../declared/worker.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { printedEvents } from '../terminal/events.js';
import { onAllAddresses, openableAddresses } from '../terminal/listening.js';
import { printNotice } from '../terminal/print.js';

export async function runWorkerCommand(given: Given<typeof declared>): Promise<Outcome> {
  const { name, rebuild, quiet, host, metricsPort: port } = given.flags;
  const line = quiet ? () => undefined : printNotice;
  const { settings } = await settingsFor(given, line);
  const { worker } = await import('../../commands/worker.js');
  const result = await withSignals((signal) =>
    worker({
      settings,
      name,
      rebuild,
      ...(port !== undefined && { metrics: { host, port } }),
      signal,
      events: {
        ...printedEvents(line),
        ready: ({ name, space, where, concurrency }) =>
          line(
            say`worker ${printable(name)}: ${printable(space.model)} for the queue ${printable(where)}, ${plural(concurrency, 'job')} at once`,
          ),
        showing: (url) => {
          const { here, elsewhere } = openableAddresses(url);
          line(say`metrics: ${printable(here)}/metrics`);
          if (elsewhere) line(onAllAddresses(elsewhere));
        },
        draining: () => line(say`draining: answers what it has taken, then ends.`),
      },
    }),
  );
  line(say`answered ${plural(result.batches, 'job')} with ${plural(result.texts, 'text')}`);
  return {};
}
