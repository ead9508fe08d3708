// Passes a request on to a server as it is, and its answer back, both as streams: what the gateway doesn't
// batch is none of its business.
import { type IncomingHttpHeaders, type IncomingMessage, validateHeaderName } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OllamaServer } from '../backends/ollama-servers.js';
import { holdBack } from '../http/held-answer.js';
import { isPlainTarget } from '../http/target-path.js';
import { ClientGoneError, RefusedError } from './error-answers.js';

/** Of this connection only, by RFC 9110; and what undici says itself. */
const OWN: ReadonlySet<string> = new Set([
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

export interface PassOptions {
  /** Sent instead of the client's body. */
  body?: Buffer;
  /** The client's credentials are for the gateway, and not for the server. */
  ownsCredentials: boolean;
  /** Ends it, as the client's leaving does. */
  signal?: AbortSignal | undefined;
  /** Thrown instead of passing an answer that is no refusal. */
  never?: RefusedError;
  /**
   * Waited for when an answer that is no refusal has begun: only then it is handed on.
   * @throws what is thrown instead of passing it
   */
  confirm?(signal: AbortSignal): Promise<void>;
}

/**
 * Resolves when the answer has been sent, or was broken off since the server broke off.
 * @throws {RefusedError} when the path can't be passed on, the server can't be reached, or its answer may not be passed
 * @throws {ClientGoneError}
 * @throws what `confirm` throws; then nothing has been sent
 */
export async function passThrough(
  request: FastifyRequest,
  reply: FastifyReply,
  server: OllamaServer,
  options: PassOptions,
): Promise<void> {
  const { raw } = request;
  const target = raw.url ?? '/';
  if (!isPlainTarget(target)) throw new RefusedError(400, 'bad request target');
  const headers = forwarded(raw.headers);
  if (options.ownsCredentials || 'authorization' in server.credentials) delete headers.authorization;
  const body = options.body ?? (hasBody(raw) ? raw : null);
  if (options.body) headers['content-length'] = `${options.body.length}`;

  const end = new AbortController();
  const onClose = () => end.abort(new ClientGoneError());
  const onAbort = () => end.abort(options.signal?.reason);
  const begin = (status: number, answered: IncomingHttpHeaders) => {
    reply.raw.writeHead(status, {
      ...sendable(forwarded(answered)),
      // Ours win: the id that the client is told must be the log's.
      ...(reply.getHeaders() as IncomingHttpHeaders),
    });
    // From here on the answer is nobody else's; what is thrown before is still told.
    reply.hijack();
    return reply.raw;
  };
  let sent: Promise<void> | undefined;
  reply.raw.once('close', onClose);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await server.pool.stream(
      {
        path: server.basePath + target,
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
    // An answer that has begun can't be taken back: undici has broken it off, so that the client sees it.
    if (reply.sent) return;
    if (end.signal.aborted) throw end.signal.reason;
    const { code } = error as { code?: string };
    end.abort(error);
    throw new RefusedError(502, `Ollama at ${server.url} can't be reached (${code ?? 'no answer'})`, 5);
  } finally {
    reply.raw.off('close', onClose);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Headers without those of the connection, and without those that the connection's own header names. */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const left: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (OWN.has(name) || value === undefined || named.includes(name)) continue;
    left[name] = value;
  }
  return left;
}

/**
 * Headers as Node takes them: undici's parser lets names pass that are none, and takes all bytes for UTF-8. Names that
 * are none are left out; characters that are no bytes become those of their UTF-8.
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
