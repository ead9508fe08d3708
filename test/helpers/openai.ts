// A scripted server of OpenAI's API: a real HTTP server that answers as the recorded ones do (test/openai-contract.test.ts
// holds it to them) or as others are documented, gives every text a vector of its own, and plays faults.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, startServer } from './http-server.js';
import { answer, expectedVector, type Kind, plainTokens, type World } from './openai/answers.js';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: { [key: string]: unknown };
  texts: string[];
}

/** What it does in place of answering well. */
export type OpenAiFault = (
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'hold'; until: Promise<unknown> }
  | { kind: 'answer'; status: number; body: unknown; headers?: Record<string, string> }
  /** Changes the answer that it would give. */
  | { kind: 'edit'; of: (body: AnswerBody) => unknown }
) & {
  /** @default '/v1/embeddings' */
  path?: string;
  when?: (texts: readonly string[]) => boolean;
  /** Lets this many matching requests pass first. @default 0 */
  after?: number;
  /** @default 1 */
  times?: number;
};

export interface AnswerBody {
  data: { object: string; embedding: unknown; index: number }[];
  [key: string]: unknown;
}

export interface TestOpenAi {
  /** The base URL, with `/v1`. */
  readonly url: string;
  /** Without it. */
  readonly root: string;
  readonly requests: SeenRequest[];
  /** Change what the server is, at any time. */
  readonly world: World;
  script(...faults: OpenAiFault[]): void;
  /** Texts of the requests for vectors, in the order in which they came. */
  batches(): string[][];
  vectorOf(text: string): Float32Array;
  /** Ends all connections and listens no longer; `revive` listens again on the same port. */
  die(): Promise<void>;
  revive(as?: Partial<World>): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface OpenAiOptions extends Partial<World> {
  /** Wants this bearer token. */
  apiKey?: string;
}

const cutting: readonly Kind[] = ['ollama', 'plain'];

export async function startOpenAi({ apiKey, ...options }: OpenAiOptions = {}): Promise<TestOpenAi> {
  const kind = options.kind ?? 'llama-server';
  const world: World = {
    kind,
    model: 'all-minilm',
    salt: '',
    dimensions: 384,
    window: 512,
    tooLong: cutting.includes(kind) ? 'cut' : 'refused',
    usage: 'seen',
    heedsDimensions: kind !== 'llama-server',
    base64: 'sent',
    maxTexts: 32,
    size: 45_193_728,
    ftype: 'F16',
    tokensOf: plainTokens,
    ...options,
  };
  const requests: SeenRequest[] = [];
  const scripted: { fault: OpenAiFault; seen: number; played: number }[] = [];

  function faultFor(path: string, texts: readonly string[]): OpenAiFault | undefined {
    for (const entry of scripted) {
      const { fault } = entry;
      if (path !== (fault.path ?? '/v1/embeddings') || fault.when?.(texts) === false) continue;
      if (entry.seen++ < (fault.after ?? 0) || entry.played >= (fault.times ?? 1)) continue;
      entry.played++;
      return fault;
    }
    return undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const raw = Buffer.concat(parts).toString();
    const path = (request.url ?? '/').split('?')[0]!;
    const body = parsed(raw);
    const texts = [body.input].flat().filter((one) => typeof one === 'string');
    requests.push({ method: request.method ?? 'GET', path, headers: request.headers, body, texts });
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      const message = `Incorrect API key provided: ${request.headers.authorization}.`;
      return send(response, 401, {
        error: { message, type: 'invalid_request_error', code: 'invalid_api_key' },
      });
    }
    const fault = faultFor(path, texts);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'answer') return send(response, fault.status, fault.body, undefined, fault.headers);
    const reply = answer(world, request.method ?? 'GET', path, raw);
    if (fault?.kind === 'hold') await fault.until;
    send(
      response,
      reply.status,
      fault?.kind === 'edit' ? fault.of(reply.body as AnswerBody) : reply.body,
      reply.contentType,
    );
  }

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch(() => response.destroy());
  };
  let server = await startServer(handle, undefined);
  const { port } = server.address() as AddressInfo;
  const root = `http://127.0.0.1:${port}`;
  const stop = () => closeServer(server);
  return {
    url: `${root}/v1`,
    root,
    requests,
    world,
    script: (...faults) => {
      scripted.push(...faults.map((fault) => ({ fault, seen: 0, played: 0 })));
    },
    batches: () => requests.filter(({ path }) => path === '/v1/embeddings').map(({ texts }) => texts),
    vectorOf: (text) => expectedVector(world, text),
    die: stop,
    async revive(as = {}) {
      Object.assign(world, as);
      server = await startServer(handle, port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function parsed(raw: string): { [key: string]: unknown } {
  try {
    return JSON.parse(raw) as { [key: string]: unknown };
  } catch {
    return {};
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = 'application/json',
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': contentType, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
