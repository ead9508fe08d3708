// The parts of undici that connections need. Its index loads fetch, WebSocket, caches and mocks as well, which takes
// twice as long, before the first request of every run; and who asks a server at http:// alone needs none of it.
import { createRequire } from 'node:module';
import type * as undici from 'undici';

export interface UndiciParts {
  Pool: typeof undici.Pool;
  buildConnector: typeof undici.buildConnector;
}

let parts: UndiciParts | undefined;

/** Loads them once. */
export function loadUndici(): UndiciParts {
  parts ??= load();
  return parts;
}

function load(): UndiciParts {
  const require = createRequire(import.meta.url);
  const dispatcher = require('undici/lib/dispatcher/dispatcher.js') as typeof undici.Dispatcher;
  // As its index does: `request`, `stream` and `connect` of all dispatchers.
  Object.assign(dispatcher.prototype, require('undici/lib/api'));
  return {
    Pool: require('undici/lib/dispatcher/pool.js') as typeof undici.Pool,
    buildConnector: require('undici/lib/core/connect.js') as typeof undici.buildConnector,
  };
}

export type Pool = undici.Pool;
export type PoolOptions = undici.Pool.Options;

export type Connector = undici.buildConnector.connector;
export type ConnectorOptions = undici.buildConnector.Options;

export type { Dispatcher } from 'undici';
