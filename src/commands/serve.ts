// `embed serve` without its flags: runs a gateway until its signal, then drains it.
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { startGateway } from '../gateway/gateway.js';
import { isLoopback } from '../gateway/http/local-host.js';
import { type LogLevel, openLog } from '../gateway/http/logging.js';
import { readTokens } from '../gateway/http/tokens-file.js';
import { readAliases } from '../gateway/models/aliases.js';
import type { GatewayLimits } from '../gateway/options.js';
import type { RerankOptions } from '../search/options.js';
import { plural } from '../text/plural.js';
import { openIndexes } from './indexes/open-indexes.js';

export interface ServeOptions {
  settings: Settings;
  /** @default 127.0.0.1 */
  host?: string | undefined;
  /** 0 for a free one. @default 11444 */
  port?: number | undefined;
  token?: string | undefined;
  /** A JSON file of tokens by the names of who has them, or the JSON itself. */
  tokens?: string | undefined;
  /** Other names for models: `NAME=MODEL` each. */
  aliases?: readonly string[] | undefined;
  /** Lets others than this machine in without a token. @default false */
  allowAnonymous?: boolean | undefined;
  /** Origins of web pages that may use it, too. */
  origins?: readonly string[] | undefined;
  limits?: Partial<GatewayLimits>;
  /** Outputs and destinations that are searched, as `--in` names them. @default none */
  in?: readonly string[] | undefined;
  /** Answers nothing but searches, health and metrics. @default false */
  searchOnly?: boolean | undefined;
  /** Orders the results of every search anew. @default they stay in their order */
  rerank?: RerankOptions | undefined;
  /** Bytes of vectors of each output in memory; those of a larger one are read for each search. @default 1 GiB */
  maxMemory?: number | undefined;
  logLevel: LogLevel;
  /** Starts the drain. */
  signal: AbortSignal;
  /** Listener, called when something happens, beside the log. @default no listener */
  events?: Partial<ServeEvents>;
}

/** What happens from the start of a gateway to its end. */
export interface ServeEvents extends RunEvents {
  /** It takes requests now. @param url where */
  listening(url: string): void;
  /** It takes no more requests, and answers those that it has. */
  draining(): void;
}

/** Bytes. */
const defaultMemory = 1024 ** 3;

/**
 * Resolves when all that was under way at the signal has been answered.
 * @throws {UsageError} when it would be open to others without a token, can't listen, or tokens, aliases or origins are wrong
 * @throws {ServiceError} when a cache that was named can't be used
 * @throws {WrongVectorsError} when the servers give wrong vectors of the model that was named
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { settings, host = '127.0.0.1', port, token, origins, limits, signal, events } = options;
  const tokens = options.tokens === undefined ? undefined : readTokens(options.tokens);
  const aliases = readAliases(options.aliases ?? []);
  if (token === undefined && tokens === undefined && !isLoopback(host) && !options.allowAnonymous) {
    throw new UsageError(
      `Other machines could use the gateway on ${host}: set a token (--token or EMBED_SERVE_TOKEN), or say --allow-anonymous.`,
    );
  }
  if (options.searchOnly && options.in === undefined) {
    throw new UsageError('--search-only has nothing to search: name an index by --in.');
  }
  const log = openLog(options.logLevel);
  const told = eventsFor(events, log);
  const { in: named, maxMemory: maxBytes = defaultMemory } = options;
  const indexes =
    named && openIndexes({ in: named, settings, maxBytes, rerank: options.rerank, events: told });
  const gateway = await startGateway({
    settings,
    host,
    token,
    tokens,
    aliases,
    origins,
    indexes,
    searchOnly: options.searchOnly,
    ...(port !== undefined && { port }),
    ...(limits && { limits }),
    events: { ...told, answered: log.answered, failed: log.failed },
  });
  events?.listening?.(gateway.url);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  events?.draining?.();
  await gateway.stop();
  await indexes?.close();
  const dropped = await log.end();
  if (dropped > 0)
    events?.warning?.(
      `dropped ${plural(dropped, 'log line')}: they were not read in time.`,
      'log-lines-dropped',
    );
}
