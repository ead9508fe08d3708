// The options of a gateway.
import { getHeapStatistics } from 'node:v8';
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import type { Indexes } from '../indexes/indexes.js';

export interface GatewayLimits {
  /** Max bytes of the body of a request for vectors. Ollama itself has no bound. @default 128 MiB, or what `maxUploads` has */
  maxBody: number;
  /** Max texts of a request. @default as many as fit into a body */
  maxTexts: number;
  /** Max waiting texts of each model; more get a 503. @default 10000 */
  maxQueue: number;
  /** Max time of a request for vectors without progress, in ms; on a slow server, three times what is to be expected. @default 50000 */
  deadlineMs: number;
  /** How long the vectors of a list that take little memory are held until all are there, in ms; then those that are there are sent. @default 8000 */
  holdMs: number;
  /** Max open models. @default 8 */
  maxModels: number;
  /** Max bytes of the larger bodies of all requests for vectors in flight. @default 256 MiB, at most an eighth of the heap */
  maxUploads: number;
  /** Max bytes of all larger answers that clients have not read yet; more answers wait. @default 256 MiB */
  maxAnswers: number;
  /** Max open connections; more are closed at once. @default 1000 */
  maxConnections: number;
  /** Max time for a client to send its headers, or the body of a request for vectors, in ms; a body has a second more for each 256 KiB of it that have come. Also for reading the next 256 KiB of its answer, or all of it while others wait for the memory. @default 20000 */
  receiveMs: number;
  /** Max time without a byte of a request that the client began to send, or of an answer to read, in ms. @default 15000 */
  idleMs: number;
  /** Max time that a stop waits for requests in flight, in ms. @default 60000 */
  drainMs: number;
}

const mib = 1024 * 1024;

export const defaultLimits: Readonly<GatewayLimits> = {
  maxBody: 128 * mib,
  maxTexts: Number.POSITIVE_INFINITY,
  maxQueue: 10_000,
  deadlineMs: 50_000,
  holdMs: 8000,
  maxModels: 8,
  // A body is in memory up to four times, for a moment: as bytes, as text, and in the texts that are read from it.
  maxUploads: Math.min(256 * mib, Math.floor(getHeapStatistics().heap_size_limit / 8)),
  maxAnswers: 256 * mib,
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
  /** Answers nothing but searches of `indexes`, health and metrics; all else is a 404. @default false */
  searchOnly?: boolean | undefined;
  /** Clients must send it as a bearer token, except to `/health` and `/ready`. */
  token?: string | undefined;
  /** More tokens, by the names of those who have them: the names are in logs and metrics, and requests of one take turns as one. @default none */
  tokens?: { readonly [name: string]: string } | undefined;
  /** Other names for models, with the models that they stand for. @default none */
  aliases?: { readonly [name: string]: string } | undefined;
  /** Origins of web pages that may use it, beside those that Ollama lets in; one `*` in each stands for anything. @default none */
  origins?: readonly string[] | undefined;
  limits?: Partial<GatewayLimits>;
  /** Answers `/search`, `/mcp` and `/ui`; whoever opened them closes them. @default there are no such paths */
  indexes?: Indexes | undefined;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<GatewayEvents>;
}

/** What happens in a gateway. */
export interface GatewayEvents extends RunEvents {
  /** A request was answered, or its connection closed before that. */
  answered(line: RequestLine): void;
  /** An unexpected error. @param id of the request */
  failed(error: unknown, id: string): void;
}

/** The log line of a request; never its texts, tokens or query. */
export interface RequestLine {
  id: string;
  method: string;
  path: string;
  route: string;
  status: number;
  ms: number;
  client: string;
  texts?: number;
  /** Of the client's `traceparent`. */
  trace?: string;
  /** Where a page is from that was refused. */
  origin?: string;
}
