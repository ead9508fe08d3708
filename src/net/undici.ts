// The parts of undici that connections need. Its index loads fetch, WebSocket, caches and mocks as well, which takes
// twice as long, before the first request of every run.
import { createRequire } from 'node:module';
import type * as undici from 'undici';

const require = createRequire(import.meta.url);

const dispatcher = require('undici/lib/dispatcher/dispatcher.js') as typeof undici.Dispatcher;
// As its index does: `request`, `stream` and `connect` of all dispatchers.
Object.assign(dispatcher.prototype, require('undici/lib/api'));

export const Pool = require('undici/lib/dispatcher/pool.js') as typeof undici.Pool;
export type Pool = undici.Pool;
export type PoolOptions = undici.Pool.Options;

export const buildConnector = require('undici/lib/core/connect.js') as typeof undici.buildConnector;
export type Connector = undici.buildConnector.connector;
export type ConnectorOptions = undici.buildConnector.Options;

export type { Dispatcher } from 'undici';
