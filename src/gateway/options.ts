// What a gateway can be told.
import type { Settings } from '../config/settings.js';

export interface GatewayLimits {
  /** Bytes of a request for vectors. @default 10 MiB */
  maxBody: number;
  /** Texts of a request. @default 8192 */
  maxTexts: number;
  /** Texts that may wait, for each model; more are told to come later. @default 10000 */
  maxQueue: number;
  /** How long a request for vectors may take, in ms. @default 50000 */
  deadlineMs: number;
  /** Models that are kept open. @default 8 */
  maxModels: number;
  /** Bytes that all bodies of requests for vectors may hold until they are answered. @default 64 MiB, at least 4 bodies */
  maxUploads: number;
  /** Bytes that all larger answers of vectors may hold until they are taken; others wait. @default 256 MiB */
  maxAnswers: number;
  /** Connections at a time; more are closed at once. @default 1000 */
  maxConnections: number;
  /** How long a client may take for its headers, or for the body of a request for vectors; or to take its answer, where others wait for the memory. In ms. @default 20000 */
  receiveMs: number;
  /** How long a client may neither send what it began nor take what it is answered, in ms. @default 15000 */
  idleMs: number;
  /** How long a stop waits for answers under way, in ms. @default 60000 */
  drainMs: number;
}

export const LIMITS: Readonly<GatewayLimits> = {
  maxBody: 10 * 1024 * 1024,
  maxTexts: 8192,
  maxQueue: 10_000,
  deadlineMs: 50_000,
  maxModels: 8,
  maxUploads: 64 * 1024 * 1024,
  maxAnswers: 256 * 1024 * 1024,
  maxConnections: 1000,
  receiveMs: 20_000,
  idleMs: 15_000,
  drainMs: 60_000,
};

export interface GatewayOptions {
  settings: Settings;
  /** @default 127.0.0.1 */
  host?: string;
  /** 0 for a free one. @default 11444 */
  port?: number;
  /** Clients must send it as a bearer token, except to `/health` and `/ready`. */
  token?: string | undefined;
  limits?: Partial<GatewayLimits>;
  /** Told once what a person should know. */
  onNotice?(message: string): void;
  /** Told of every request that was answered. */
  onRequest?(line: RequestLine): void;
  /** Told of what nobody foresaw. */
  onError?(error: unknown, id: string): void;
}

/** What is logged of a request; never its texts, tokens or query. */
export interface RequestLine {
  id: string;
  method: string;
  path: string;
  route: string;
  status: number;
  ms: number;
  client: string;
  texts?: number;
}
