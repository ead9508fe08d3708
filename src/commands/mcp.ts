// `embed mcp` without its flags: answers one agent over standard input and output.
import type { Readable, Writable } from 'node:stream';
import type { Settings } from '../config/settings.js';
import { eventsFor, type RunEvents } from '../events.js';
import { serveStdio } from '../mcp/stdio.js';
import type { RerankOptions } from '../search/options.js';
import { openIndexes } from './indexes/open-indexes.js';

export interface McpOptions {
  /** Outputs and destinations, as `--in` names them. @default the output of the settings */
  in?: readonly string[] | undefined;
  settings: Settings;
  /** Orders the results of every search anew. @default they stay in their order */
  rerank?: RerankOptions | undefined;
  /** Bytes of vectors of each output in memory; those of a larger one are read for each search. */
  maxMemory: number;
  /** Lets the agent update outputs. @default false */
  allowIngest?: boolean | undefined;
  input: Readable;
  output: Writable;
  signal: AbortSignal;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<McpEvents>;
}

/** What happens from the start to the end. */
export interface McpEvents extends RunEvents {
  /** It answers now. @param names of its indexes */
  listening(names: readonly string[]): void;
  /** An unexpected error; the agent is told only that there was one. */
  failed(error: unknown): void;
}

/**
 * Resolves when the agent has ended its input, or at the signal.
 * @throws {UsageError} when two indexes have one name, or the SDK isn't installed
 */
export async function mcp({
  settings,
  allowIngest,
  input,
  output,
  signal,
  ...options
}: McpOptions): Promise<void> {
  const { events } = options;
  const indexes = openIndexes({
    in: options.in,
    settings,
    maxBytes: options.maxMemory,
    rerank: options.rerank,
    allowIngest,
    events: eventsFor(events),
  });
  try {
    await serveStdio({
      ...{ indexes, input, output, signal },
      onFailed: (error) => events?.failed?.(error),
      onReady: () => events?.listening?.(indexes.names),
    });
  } finally {
    await indexes.close();
  }
}
