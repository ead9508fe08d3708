// A scripted Ollama: a real HTTP server that answers as the recorded servers do (test/contract.test.ts
// holds it to the recordings), gives every text a vector of its own, and plays faults.
import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, startServer } from './http-server.js';
import {
  answer,
  durationsMark,
  type Reply,
  renderVector,
  textsOf,
  vectorsMark,
  type World,
} from './ollama/answers.js';
import type { OllamaVersion } from './ollama/contract.js';
import type { Fault, Rebirth } from './ollama/faults.js';
import { allMiniLm, type TestModel } from './ollama/models.js';
import { cut, vectorOf } from './ollama/vectors.js';

export type { OllamaVersion } from './ollama/contract.js';
export * as faults from './ollama/faults.js';
export { allMiniLm, type Fault, type TestModel };

export interface OllamaOptions {
  /** Which recorded server to be. @default '0.24.0' */
  version?: OllamaVersion;
  /** Models on the server. @default all-minilm */
  models?: TestModel[];
  /** What `ollama pull` finds. @default no network */
  registry?: TestModel[];
  /** Listen here. @default a free port */
  port?: number;
  /** Tokens of a text, special tokens included. @default words and signs, plus two */
  tokensOf?: (text: string) => number;
  /** What a request costs, whatever else runs, in ms. @default 0 */
  requestDelayMs?: number;
  /** What a text and a token cost, in ms; the model works on one text at a time. @default 0 */
  textDelayMs?: number;
  tokenDelayMs?: number;
  /** How long a model takes to load, in ms. @default 0 */
  loadMs?: number;
  /** For benchmarks: texts share this many vectors, which are printed once. @default one per text */
  distinctVectors?: number;
  /** Ends the connection with every answer, as some proxies do. @default false */
  endsConnections?: boolean;
  /** Keeps every request for the test to look at. @default true */
  record?: boolean;
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: { [key: string]: unknown };
}

export interface OllamaStats {
  requests: number;
  /** Requests to /api/embed, and the texts in them. */
  embeds: number;
  texts: number;
  inFlight: number;
  maxInFlight: number;
  /** Of those in flight, those that the server was told to delay or to leave hanging. */
  delayed: number;
}

export interface TestOllama {
  readonly url: string;
  readonly requests: SeenRequest[];
  readonly stats: OllamaStats;
  /** Change what the server is, at any time: another digest, another version, a model gone. */
  readonly world: World;
  /** Adds faults; the first one that fits a request is played. */
  script(...faults: Fault[]): void;
  /** Texts of the /api/embed requests, in the order in which they came. */
  batches(): string[][];
  /** The vector that a text gets. */
  vectorOf(text: string, dimensions?: number): Float32Array;
  /** Ends all connections and listens no longer; `revive` listens again on the same port. */
  die(): Promise<void>;
  /** Hangs, for whatever is asked and on all connections, until `thaw`; then it answers all of it. */
  freeze(): void;
  thaw(): void;
  revive(as?: Rebirth): Promise<void>;
  /** Its models are replaced, as by `ollama pull`: all connections stay. */
  become(as: Partial<TestModel>): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const plainTokens = (text: string): number =>
  2 + (text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0);

export async function startOllama(options: OllamaOptions = {}): Promise<TestOllama> {
  const requests: SeenRequest[] = [];
  const stats: OllamaStats = { requests: 0, embeds: 0, texts: 0, inFlight: 0, maxInFlight: 0, delayed: 0 };
  const scripted: { fault: Fault; seen: number; played: number }[] = [];
  const pool = options.distinctVectors;
  const printed = new Map<string, string>();
  let busyUntil = 0;
  let frozen: { over: Promise<void>; end(): void } | undefined;

  const world: World = {
    version: options.version ?? '0.24.0',
    models: options.models ?? [{ ...allMiniLm }],
    loaded: new Map(),
    registry: options.registry,
    pullLines: undefined,
    tokensOf: options.tokensOf ?? plainTokens,
    seedOf(model, text) {
      if (pool !== undefined) {
        const place = createHash('sha1').update(text).digest().readUInt32LE(0) % pool;
        return `${model.digest} ${model.salt} ${place}`;
      }
      // Releases tokenise other alphabets differently: same digest, other vectors.
      const release = /^[\p{ASCII}]*$/u.test(text) ? '' : world.version;
      return `${model.digest} ${model.salt} ${release} ${text.trim() === '' ? '' : text}`;
    },
    render(seed, dimensions, wanted) {
      if (pool === undefined) return renderVector(seed, dimensions, wanted);
      const key = `${seed} ${wanted}`;
      const known = printed.get(key) ?? renderVector(seed, dimensions, wanted);
      printed.set(key, known);
      return known;
    },
  };

  function faultFor(path: string, texts: readonly string[]): Fault | undefined {
    for (const entry of scripted) {
      const { fault } = entry;
      if (path !== (fault.path ?? '/api/embed') || fault.when?.(texts) === false) continue;
      if (entry.seen++ < (fault.after ?? 0) || entry.played >= (fault.times ?? 1)) continue;
      entry.played++;
      return fault;
    }
    return undefined;
  }

  async function pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    stats.delayed++;
    // The global timer, which a test may replace.
    await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    stats.delayed--;
  }

  /** Waits as long as a model would work that takes one text at a time. */
  async function work(reply: Reply, wasLoaded: boolean): Promise<void> {
    if (reply.loads !== undefined && !wasLoaded && options.loadMs !== undefined) {
      const { name } = reply.loads;
      const context = world.loaded.get(name)!;
      // Recorded: a model is listed from the moment that it answers.
      world.loaded.delete(name);
      await pause(options.loadMs);
      world.loaded.set(name, context);
    }
    await pause(options.requestDelayMs ?? 0);
    const cost =
      (reply.texts ?? 0) * (options.textDelayMs ?? 0) + (reply.tokens ?? 0) * (options.tokenDelayMs ?? 0);
    if (cost === 0) return;
    const now = performance.now();
    busyUntil = Math.max(now, busyUntil) + cost;
    await pause(busyUntil - now);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = process.hrtime.bigint();
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const raw = Buffer.concat(parts).toString();
    const path = (request.url ?? '/').split('?')[0]!;
    const method = request.method ?? 'GET';
    const body = parsed(raw);
    const texts = textsOf(body.input) ?? [];
    stats.requests++;
    if (path === '/api/embed') {
      stats.embeds++;
      stats.texts += texts.length;
    }
    if (options.record !== false) requests.push({ method, path, headers: request.headers, body });
    await frozen?.over;
    const loadedBefore = new Set(world.loaded.keys());
    const fault = faultFor(path, texts);
    if (fault?.kind === 'hang') {
      stats.delayed++;
      response.on('close', () => stats.delayed--);
      return;
    }
    if (fault?.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'die') {
      void ollama.die();
      if (fault.backAfterMs === undefined) return;
      await pause(fault.backAfterMs);
      await ollama.revive(fault.as);
      return;
    }
    if (fault?.kind === 'answer') {
      await pause(fault.afterMs ?? 0);
      const contentType = fault.contentType ?? 'application/json; charset=utf-8';
      send(response, { status: fault.status, contentType, body: fault.body }, fault.headers);
      return;
    }
    if (fault?.kind === 'become' && fault.answers === 'new') {
      await fault.until;
      ollama.become(fault.as);
    }
    const chosen = process.hrtime.bigint();
    const reply = answer(world, method, path, raw);
    if (fault?.kind === 'become' && fault.answers === 'old') ollama.become(fault.as);
    if (fault?.kind === 'delay') await pause(fault.ms);
    if (fault?.kind === 'hold') await fault.until;
    await work(reply, reply.loads !== undefined && loadedBefore.has(reply.loads.name));
    if (response.destroyed) return;
    const whole = timed(filled(reply, fault), { begun, chosen });
    if (fault?.kind === 'hang-mid-body' || fault?.kind === 'reset-mid-body') {
      response.writeHead(reply.status, { 'Content-Type': reply.contentType });
      const half = whole.slice(0, Math.floor(whole.length / 2));
      response.write(half, () => {
        if (fault.kind === 'reset-mid-body') request.socket.resetAndDestroy();
      });
      return;
    }
    send(response, { ...reply, body: whole }, options.endsConnections ? { Connection: 'close' } : {});
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    stats.inFlight++;
    stats.maxInFlight = Math.max(stats.maxInFlight, stats.inFlight);
    response.on('close', () => stats.inFlight--);
    serve(request, response).catch(() => response.destroy());
  }

  let server: Server = await startServer(handle, options.port);
  const { port } = server.address() as AddressInfo;

  const ollama: TestOllama = {
    url: `http://127.0.0.1:${port}`,
    requests,
    stats,
    world,
    script(...faults) {
      scripted.push(...faults.map((fault) => ({ fault, seen: 0, played: 0 })));
    },
    batches: () =>
      requests.filter((one) => one.path === '/api/embed').map((one) => textsOf(one.body.input) ?? []),
    vectorOf(text, dimensions = 0) {
      const model = world.models[0]!;
      return cut(vectorOf(world.seedOf(model, text), model.dimensions), dimensions);
    },
    die: () => closeServer(server),
    freeze() {
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      frozen ??= { over, end };
    },
    thaw() {
      frozen?.end();
      frozen = undefined;
    },
    async revive({ version, ...changes }: Rebirth = {}) {
      world.loaded.clear();
      world.version = version ?? world.version;
      ollama.become(changes);
      server = await startServer(handle, port);
    },
    become(as) {
      world.models = world.models.map((model) => ({ ...model, ...as }));
    },
    stop: () => closeServer(server),
    [Symbol.asyncDispose]: () => closeServer(server),
  };
  return ollama;
}

function parsed(raw: string): { [key: string]: unknown } {
  try {
    return JSON.parse(raw) as { [key: string]: unknown };
  } catch (error) {
    return { unreadable: String(error) };
  }
}

/** The reply's whole body, with the vectors in it and the fault done to them. */
function filled(reply: Reply, fault: Fault | undefined): string {
  if (reply.vectors === undefined) return reply.body;
  const whole = reply.body.replace(vectorsMark, () => damaged(reply.vectors!, fault).join(','));
  return fault?.kind === 'truncated-json' ? whole.slice(0, Math.floor(whole.length / 2)) : whole;
}

/**
 * The body with the times that the answer took, as Ollama's: of all, and until the model was chosen. They are read from a
 * clock that no test sets.
 */
function timed(body: string, { begun, chosen }: { begun: bigint; chosen: bigint }): string {
  const total = process.hrtime.bigint() - begun;
  return body.replace(durationsMark, () => `"total_duration":${total},"load_duration":${chosen - begun}`);
}

function damaged(vectors: string[], fault: Fault | undefined): string[] {
  const last = vectors.at(-1)!;
  const rest = vectors.slice(0, -1);
  switch (fault?.kind) {
    case 'too-few':
      return rest;
    case 'too-many':
      return [...vectors, last];
    case 'other-dimension':
      return [...rest, last.replace(',', ',0,')];
    case 'vectors':
      return fault.of(vectors);
    case 'zero-vector':
      return [...rest, last.replace(/[^,[\]]+/g, '0')];
    case 'value':
      return [...rest, last.replace(/,[^,]+/, `,${fault.text}`)];
    default:
      return vectors;
  }
}

function send(response: ServerResponse, reply: Reply, headers: Record<string, string> = {}): void {
  const body = Buffer.from(reply.body);
  // Go sends the length of short bodies only; longer ones go in chunks.
  const length = body.length < 2048 ? { 'Content-Length': String(body.length) } : {};
  response.writeHead(reply.status, { 'Content-Type': reply.contentType, ...length, ...headers });
  response.end(body);
}
