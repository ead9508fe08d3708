// One client over standard input and output, until it ends its input or a signal comes.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Indexes } from '../indexes/indexes.js';
import { loadSdk } from './sdk.js';
import { makeServer } from './server.js';

export interface StdioOptions {
  indexes: Indexes;
  input: Readable;
  output: Writable;
  signal: AbortSignal;
  onFailed(error: unknown): void;
  /** It takes requests now. */
  onReady?(): void;
}

/** Bytes of a message that isn't complete; no question needs more. */
const maxMessageBytes = 1024 * 1024;

/**
 * Resolves when the client has ended its input and has all its answers, or at the signal.
 * @throws {UsageError} when the SDK isn't installed
 */
export async function serveStdio(options: StdioOptions): Promise<void> {
  const { input, output, signal, onFailed } = options;
  const sdk = await loadSdk();
  const calls = new Calls(options.indexes);
  const server = makeServer({ indexes: calls.indexes, sdk, onFailed });
  const transport = new sdk.StdioServerTransport(input, output, { maxBufferSize: maxMessageBytes });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  const ended = once(input, 'end').catch(() => undefined);
  // What is no message is answered as far as the protocol knows an answer; the client hears nothing of the rest.
  server.onerror = () => undefined;
  await server.connect(transport);
  options.onReady?.();
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([ended, closed, stopped]);
  // The last lines are read, but not at work yet.
  await setImmediate();
  if (!signal.aborted) await Promise.race([calls.settled(), stopped]);
  await setImmediate();
  await server.close();
}

/** Counts what is under way. */
class Calls {
  readonly indexes: Indexes;
  readonly #open = new Set<Promise<unknown>>();

  constructor(indexes: Indexes) {
    const counted = <T>(call: Promise<T>): Promise<T> => {
      const end = call.catch(() => undefined).finally(() => this.#open.delete(end));
      this.#open.add(end);
      return call;
    };
    this.indexes = {
      names: indexes.names,
      search: (...asked) => counted(indexes.search(...asked)),
      get: (...asked) => counted(indexes.get(...asked)),
      list: (...asked) => counted(indexes.list(...asked)),
      status: (...asked) => counted(indexes.status(...asked)),
      ...(indexes.update && { update: (...asked) => counted(indexes.update!(...asked)) }),
      onEnded: (listener) => indexes.onEnded(listener),
      close: () => indexes.close(),
    };
  }

  async settled(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.all(this.#open);
      // A call may follow on another, as an answer is made.
      await setImmediate();
    }
  }
}
