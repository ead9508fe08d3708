// src/gateway/routes: one file per API, one function per route; error-answers.ts turns errors into answers.
//
// This file passes a request on to a server, and its answer back, both as streams and unchanged: all requests that
// the gateway doesn't batch.
import { type IncomingHttpHeaders, type IncomingMessage, validateHeaderName } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerConnections } from '../../net/connections.js';
import { ProxyError } from '../../net/tunnel.js';
import { holdBack } from '../http/held-answer.js';
import { isPlainTarget } from '../http/target-path.js';
import { ClientGoneError, RefusedError } from './error-answers.js';

/** Headers of one connection only (RFC 9110), and those that undici sets itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
]);

/** A server that requests are passed to. */
export interface PassingServer {
  /** Without credentials. */
  readonly url: string;
  /** The server, as messages begin with it. */
  readonly where: string;
  readonly connections: ServerConnections;
  /** The headers that it needs. */
  readonly credentials: { readonly authorization?: string };
  /** Its path for that of a client. */
  pathOf(target: string): string;
}

export interface PassOptions {
  /** Sent instead of the client's body. */
  body?: Buffer;
  /** Asked for instead of the client's path. */
  target?: string;
  /** The client's credentials are for the gateway, not for the server. */
  ownsCredentials: boolean;
  /** Aborts it, as when the client leaves. */
  signal?: AbortSignal | undefined;
  /** Thrown in place of passing on an answer that is not an error. */
  never?: RefusedError;
  /**
   * Awaited before an answer that is not an error is passed on.
   * @throws the error to answer with in its place
   */
  confirm?(signal: AbortSignal): Promise<void>;
}

/**
 * Resolves when the answer was sent, or was broken off by the server.
 * @throws {RefusedError} when the path or the answer may not be passed on, or the server can't be reached
 * @throws {ClientGoneError}
 * @throws what `confirm` throws; then nothing has been sent
 */
export async function passThrough(
  request: FastifyRequest,
  reply: FastifyReply,
  server: PassingServer,
  options: PassOptions,
): Promise<void> {
  const { raw } = request;
  const target = options.target ?? raw.url ?? '/';
  if (!isPlainTarget(target)) throw new RefusedError(400, 'bad request target');
  const headers = withoutPage(forwarded(raw.headers));
  if (options.ownsCredentials || 'authorization' in server.credentials) delete headers.authorization;
  const body = options.body ?? (hasBody(raw) ? raw : null);
  if (options.body) headers['content-length'] = `${options.body.length}`;

  const end = new AbortController();
  const onClose = () => end.abort(new ClientGoneError());
  const onAbort = () => end.abort(options.signal?.reason);
  const begin = (status: number, answered: IncomingHttpHeaders) => {
    reply.raw.writeHead(status, {
      ...withoutPage(sendable(forwarded(answered))),
      // Our headers win: the client must get the same request id as the log.
      ...(reply.getHeaders() as IncomingHttpHeaders),
      ...bothVary(answered.vary, reply.getHeader('vary')),
    });
    // From here on we write the answer ourselves. An error before this line still becomes an error answer.
    reply.hijack();
    return reply.raw;
  };
  let sent: Promise<void> | undefined;
  reply.raw.once('close', onClose);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await server.connections.stream(
      {
        path: server.pathOf(target),
        method: request.method as 'GET',
        headers: { ...headers, ...server.credentials },
        body,
        signal: end.signal,
      },
      ({ statusCode, headers: answered }) => {
        if (options.never && statusCode < 400) {
          end.abort(options.never);
          return new PassThrough();
        }
        if (!options.confirm || statusCode >= 400) {
          reply.raw.off('close', onClose);
          return begin(statusCode, answered);
        }
        const held = holdBack(options.confirm(end.signal), () => begin(statusCode, answered), end.signal);
        held.sent.catch((error: unknown) => end.abort(error));
        sent = held.sent;
        return held.stream;
      },
    );
    await sent;
  } catch (error) {
    // The answer has begun, so its status can't change: undici broke it off, which the client notices.
    if (reply.sent) return;
    if (end.signal.aborted) throw end.signal.reason;
    const code =
      error instanceof ProxyError ? 'its proxy gives no connection' : (error as { code?: string }).code;
    end.abort(error);
    throw new RefusedError(502, `${server.where} can't be reached (${code ?? 'no answer'})`, 5);
  } finally {
    reply.raw.off('close', onClose);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Headers without those of one connection, which the `Connection` header may name as well. */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const left: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (ownHeaders.has(name) || value === undefined || named.includes(name)) continue;
    left[name] = value;
  }
  return left;
}

/** Headers without what browsers and servers say of pages: the gateway itself has decided which of them it lets in. */
function withoutPage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const left = Object.entries(headers).filter(
    ([name]) => !/^(origin$|sec-fetch-|access-control-)/.test(name),
  );
  return Object.fromEntries(left);
}

/** What the answer depends on, by the server and by us. */
function bothVary(theirs: string | undefined, ours: unknown): { vary?: string } {
  return theirs !== undefined && ours !== undefined ? { vary: `${inBytes(theirs)}, ${ours}` } : {};
}

/**
 * Makes headers valid for Node. undici accepts invalid names, and decodes all bytes as UTF-8. Invalid names are left
 * out; characters above U+00FF become the bytes of their UTF-8.
 */
function sendable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const left: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
    } catch {
      continue;
    }
    left[name] = Array.isArray(value) ? value.map(inBytes) : value && inBytes(value);
  }
  return left;
}

function inBytes(value: string): string {
  return /[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
