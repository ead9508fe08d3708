// A server of web pages for a test in a browser, with the packages that they use, and an Ollama that chats.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { listenOnOwnPort } from '../../helpers/ports.js';
import { stopAfterTest } from '../../helpers/running.js';

const root = new URL('../../../', import.meta.url);
const imports = {
  'ollama/browser': '/node_modules/ollama/dist/browser.mjs',
  'whatwg-fetch': '/node_modules/whatwg-fetch/fetch.js',
  openai: '/node_modules/openai/index.mjs',
};

/** Any origin may load it as a module: only the page itself counts. */
const script = { 'content-type': 'text/javascript' };

export interface Pages {
  port: number;
  /** Resolves when a page has told of its first part. */
  seen(): Promise<void>;
  /** What a page told in the end, by the host that it is from. */
  done(host: string): Promise<Record<string, unknown>>;
}

function pageWith(file: string): string {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>
<body><script type="module" src="/test/gateway/browser/${file}"></script>`;
}

interface Place<T> {
  promise: Promise<T>;
  resolve(value: T): void;
}

/** Values that are waited for by a key, before or after they are there. */
class Board<T> {
  readonly #places = new Map<string, Place<T>>();

  of(key: string): Place<T> {
    const known = this.#places.get(key);
    if (known) return known;
    let resolve: (value: T) => void = () => {};
    const promise = new Promise<T>((settle) => {
      resolve = settle;
    });
    const place = { promise, resolve };
    this.#places.set(key, place);
    return place;
  }
}

/** Serves `/NAME.js` as a page that runs that script, and the files it needs. */
export async function startPages(): Promise<Pages> {
  const done = new Board<Record<string, unknown>>();
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const said = await text(request);
    if (pathname === '/seen') {
      for (const go of waiting.splice(0)) go();
      return response.end();
    }
    if (pathname === '/done') {
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      done.of(host).resolve(JSON.parse(said) as Record<string, unknown>);
      return response.end();
    }
    if (/^\/[\w-]+\.js$/.test(pathname)) {
      response.setHeader('content-type', 'text/html');
      return response.end(pageWith(pathname.slice(1)));
    }
    return await sendFile(pathname, response);
  });
  await listenOnOwnPort(server);
  stopAfterTest({ stop: () => close(server) });
  return {
    port: (server.address() as AddressInfo).port,
    seen: () => new Promise((resolve) => waiting.push(resolve)),
    done: (host) => done.of(host).promise,
  };
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  try {
    const content = await readFile(fileURLToPath(new URL(`.${path}`, root)));
    response.writeHead(200, script).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

/** An Ollama in front of another, with a chat model: it says a second word once `next` resolves. */
export async function startChatting(behind: string, next: () => Promise<void>): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url === '/api/chat') return await say(response, 'application/x-ndjson', ollamaLine, next);
    if (request.url === '/v1/chat/completions')
      return await say(response, 'text/event-stream', openAiLine, next);
    return await passOn(behind, request, body, response);
  });
  await listenOnOwnPort(server);
  stopAfterTest({ stop: () => close(server) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ollamaLine = (content: string, isLast: boolean) =>
  `${JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done: isLast })}\n`;
const openAiLine = (content: string, isLast: boolean) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n${isLast ? 'data: [DONE]\n\n' : ''}`;

async function say(
  response: ServerResponse,
  type: string,
  line: (content: string, isLast: boolean) => string,
  next: () => Promise<void>,
): Promise<void> {
  const seen = next();
  response.writeHead(200, { 'content-type': type });
  response.write(line('first', false));
  await seen;
  response.end(line('second', true));
}

async function passOn(
  behind: string,
  { method = 'GET', url }: IncomingMessage,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const answer = await fetch(behind + url, { method, ...(body !== '' && { body }) });
  const type = answer.headers.get('content-type') ?? 'text/plain';
  response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
