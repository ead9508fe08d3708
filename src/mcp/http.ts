// The protocol over HTTP: each request has a server of its own, which keeps nothing. So any number of clients, and of
// gateways behind one address, answer alike, and no session takes memory.
import type { Indexes } from '../indexes/indexes.js';
import { loadSdk } from './sdk.js';
import { makeServer } from './server.js';

export interface McpRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON of the body, parsed. */
  body: unknown;
  signal: AbortSignal;
}

export interface McpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Answers one POST.
 * @throws {UsageError} when the SDK isn't installed
 */
export async function answerMcp(
  indexes: Indexes,
  { headers, body, signal }: McpRequest,
  onFailed: (error: unknown) => void,
): Promise<McpAnswer> {
  const sdk = await loadSdk();
  const server = makeServer({ indexes, sdk, onFailed });
  const transport = new sdk.WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  const leave = () => void server.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    await server.connect(transport);
    const request = new Request('http://localhost/mcp', { method: 'POST', headers: plain(headers) });
    const gone = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const answer = await Promise.race([transport.handleRequest(request, { parsedBody: body }), gone]);
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    };
  } finally {
    signal.removeEventListener('abort', leave);
    await server.close();
  }
}

/** Those that the protocol looks at. */
const known = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-session-id'];

function plain(headers: McpRequest['headers']): [string, string][] {
  return known.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
}
