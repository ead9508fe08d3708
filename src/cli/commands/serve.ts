// `embed serve`: what it tells while it runs.
import { settingsOfServe } from '../../config/load.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { serve as declared } from '../declared/serve.js';
import { keepNewSpaceSmall } from '../new-space.js';
import { rerankOf } from '../rerank.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { printedEvents } from '../terminal/events.js';
import { onAllAddresses, openableAddresses } from '../terminal/listening.js';
import { printNotice, showsResults } from '../terminal/print.js';

export async function runServe(given: Given<typeof declared>): Promise<Outcome> {
  const { host, port, token, allowAnonymous, deadline, quiet, ...flags } = given.flags;
  const { tokens, alias: aliases, origin: origins, in: named, maxMemory } = flags;
  const { maxBody, maxTexts, maxQueue, maxModels } = flags;
  if (named !== undefined) keepNewSpaceSmall();
  const line = quiet ? () => undefined : printNotice;
  const loaded = await settingsFor(given, line);
  const { serve } = await import('../../commands/serve.js');
  await withSignals((signal) =>
    serve({
      settings: settingsOfServe(loaded),
      host,
      port,
      token,
      tokens,
      aliases,
      allowAnonymous,
      origins,
      in: named,
      searchOnly: flags.searchOnly,
      maxMemory,
      rerank: rerankOf(flags),
      limits: {
        ...{ maxBody, maxQueue, maxModels, deadlineMs: deadline },
        ...(maxTexts !== undefined && { maxTexts }),
      },
      logLevel: flags.logLevel ?? (quiet || showsResults() ? 'silent' : 'info'),
      signal,
      events: {
        ...printedEvents(line),
        listening: async (url) => {
          const { here, elsewhere } = openableAddresses(url);
          line(say`embed gateway: ${printable(here)}`);
          if (elsewhere) line(onAllAddresses(elsewhere));
          if (named === undefined) return;
          line(say`search: ${printable(here)}/ui`);
          line(say`agents: ${await agentsAt(here)}`);
        },
        draining: () => line(say`draining: answers what is under way, then ends.`),
      },
    }),
  );
  return {};
}

/** What is missing is told now, and not to the first agent. */
async function agentsAt(url: string): Promise<Printable> {
  const missing = await import('../../mcp/sdk.js').then(({ missingSdk }) => missingSdk());
  return missing === undefined ? say`${printable(url)}/mcp` : printable(missing);
}
