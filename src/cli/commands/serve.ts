// `embed serve`: flags and printing.
import { Command, InvalidArgumentError, Option } from 'commander';
import { settingsOfServe } from '../../config/load.js';
import { variable } from '../../environment.js';
import { UsageError } from '../../errors.js';
import type { LogLevel } from '../../gateway/http/logging.js';
import type { GatewayLimits } from '../../gateway/options.js';
import { printable, say } from '../../text/printable.js';
import { addSettings, milliseconds, positive, settingsFor, size, tellAddresses } from '../flags.js';
import { withSignals } from '../signals.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, showsResults } from '../terminal/print.js';

interface Flags {
  host: string;
  port: number;
  token?: string;
  allowAnonymous?: boolean;
  maxBody?: number;
  maxTexts?: number;
  maxQueue?: number;
  maxModels?: number;
  deadline?: number;
  logLevel?: LogLevel;
  quiet?: boolean;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('a gateway in front of Ollama: batches, caches and shares what its clients ask for')
    .option('--host <address>', 'listen on this address', '127.0.0.1')
    .option('--port <n>', 'listen on this port; 0 for a free one', port, 11_444)
    .addOption(
      new Option('--token <text>', 'clients must send it as a bearer token').env('EMBED_SERVE_TOKEN'),
    )
    .option('--allow-anonymous', 'let other machines in without a token')
    .option('--max-body <size>', 'of a request for vectors (default: 10MiB)', bodySize)
    .option('--max-texts <n>', 'texts of a request (default: 8192)', positive)
    .option('--max-queue <n>', 'texts of a model that may wait (default: 10000)', positive)
    .option('--max-models <n>', 'models that are kept open (default: 8)', positive)
    .option('--deadline <time>', 'for a request for vectors (default: 50s)', milliseconds)
    .addOption(
      new Option('--log-level <level>', 'JSON lines on standard output (default: info, on a terminal silent)')
        // The names are those of gateway/http/logging.ts, which loads the logger.
        .choices(['silent', 'error', 'warn', 'info']),
    )
    .option('-q, --quiet', 'say nothing but errors')
    .addHelpText(
      'after',
      `
Clients of Ollama and of OpenAI work with it unchanged: what asks for vectors is batched and cached, all
else goes through to the Ollama behind it, the first that is up. Headers: x-embed-priority 0 (first) to 4,
x-embed-client names who asks. SIGTERM ends it when all that is under way is answered.

  /api/embed /v1/embeddings     as Ollama's and OpenAI's
  /embedding                    ?text=…, or POST {"text"} or {"texts": […], "priority"}
  /health /ready /metrics       without a token: the first two; metrics as JSON with ?format=json

Examples:
  $ embed serve --ollama-url http://127.0.0.1:11434
  $ OLLAMA_HOST=127.0.0.1:11444 my-application
  $ EMBED_SERVE_TOKEN=… embed serve --host 0.0.0.0 --redis-url redis://cache:6379
  $ embed serve --embedder builtin              without any Ollama`,
    );
  addSettings(command, [
    'embedder',
    'model',
    'ollamaUrl',
    'batchSize',
    'concurrency',
    'cache',
    'redisUrl',
    'cacheTtl',
    'batchTimeout',
    'maxRetries',
    'waitForServer',
  ]);
  return command.action(async (flags: Flags) => {
    const loaded = await settingsFor(command);
    const { serve } = await import('../../commands/serve.js');
    const line = flags.quiet ? () => undefined : printNotice;
    tellAddresses(loaded, line);
    await withSignals((signal) =>
      serve({
        settings: settingsOfServe(loaded),
        host: flags.host,
        port: flags.port,
        token: tokenOf(command, flags),
        allowAnonymous: flags.allowAnonymous,
        limits: limitsOf(flags),
        logLevel: flags.logLevel ?? (flags.quiet || showsResults() ? 'silent' : 'info'),
        signal,
        events: {
          ...printedEvents(line),
          listening: (url) => line(say`embed gateway: ${printable(url)}`),
          draining: () => line(say`draining: answers what is under way, then ends.`),
        },
      }),
    );
  });
}

function limitsOf({ maxBody, maxTexts, maxQueue, maxModels, deadline }: Flags): Partial<GatewayLimits> {
  return {
    ...(maxBody !== undefined && { maxBody }),
    ...(maxTexts !== undefined && { maxTexts }),
    ...(maxQueue !== undefined && { maxQueue }),
    ...(maxModels !== undefined && { maxModels }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
  };
}

/** An empty variable counts as unset; an empty flag is most likely an unset variable in a script. */
function tokenOf(command: Command, { token }: Flags): string | undefined {
  if (command.getOptionValueSource('token') !== 'cli') return variable('EMBED_SERVE_TOKEN');
  if (token === '') throw new UsageError('--token is empty: give one, or leave the flag out.');
  return token;
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}

function bodySize(text: string): number {
  const bytes = size(text);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError('Expected a size above 0, such as 10MB.');
}
