// src/mcp: the Model Context Protocol: indexes for agents, over standard input and output or over HTTP.
//
// In: requests of a client. Out: answers as JSON, with a bound of tokens. tools.ts and resources.ts are what is offered;
// answers.ts makes their text; stdio.ts and http.ts carry it; sdk.ts loads the SDK, which speaks the protocol.
// What must hold: nothing is read but what the indexes hold; nothing is changed where they have no `update`; texts of
// documents are marked as data; arguments and answers are bounded.
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Indexes } from '../indexes/indexes.js';
import { readPackage } from '../package.js';
import { note } from './answers.js';
import { listResources, readResource, resourceTemplates } from './resources.js';
import type { Sdk } from './sdk.js';
import { callTool, listTools } from './tools.js';

export interface ServerOptions {
  indexes: Indexes;
  sdk: Sdk;
  /** An unexpected error; the client is told only that there was one. */
  onFailed(error: unknown): void;
}

/** A server for one client that is not connected yet. */
export function makeServer({ indexes, sdk, onFailed }: ServerOptions): Server {
  const { types } = sdk;
  const { McpError, ErrorCode } = types;
  const server = new sdk.Server(
    { name: 'embed', title: 'Search over your documents', version: readPackage().version },
    { capabilities: { tools: {}, resources: {} }, instructions: instructionsFor(indexes) },
  );
  /** Runs a handler; what fails unexpectedly is told here, and not to the client. */
  const guarded = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof McpError) throw error;
      // Given up by the client, which gets no answer.
      if (!signal.aborted) onFailed(error);
      throw new McpError(ErrorCode.InternalError, 'unexpected error; the log of the server has more');
    }
  };
  server.setRequestHandler(types.ListToolsRequestSchema, async () => ({ tools: listTools(indexes) }));
  server.setRequestHandler(types.CallToolRequestSchema, ({ params }, { signal, sendNotification }) =>
    guarded(signal, async () => {
      const progressToken = params._meta?.progressToken;
      const result = await callTool(indexes, params.name, params.arguments, {
        signal,
        progress({ done, total, message }) {
          if (progressToken === undefined) return;
          const told = { progressToken, progress: done, total, message };
          // A client that is gone needs no progress.
          sendNotification({ method: 'notifications/progress', params: told }).catch(() => undefined);
        },
      });
      if (result === undefined) throw new McpError(ErrorCode.InvalidParams, 'there is no such tool');
      return result;
    }),
  );
  server.setRequestHandler(types.ListResourcesRequestSchema, ({ params }, { signal }) =>
    guarded(signal, async () => {
      const page = await listResources(indexes, params?.cursor, signal);
      if (page === undefined)
        throw new McpError(ErrorCode.InvalidParams, 'the cursor is none of this server');
      return page;
    }),
  );
  server.setRequestHandler(types.ListResourceTemplatesRequestSchema, async () => ({ resourceTemplates }));
  server.setRequestHandler(types.ReadResourceRequestSchema, ({ params: { uri } }, { signal }) =>
    guarded(signal, async () => {
      const found = await readResource(indexes, uri, signal);
      if (found === undefined)
        throw new McpError(notFound, 'there is no such document in the indexes', { uri });
      const { text, passage } = found;
      const meta = { note, line: passage.line, ...(passage.nextChunk && { nextChunk: passage.nextChunk }) };
      return { contents: [{ uri, mimeType: 'text/plain', text, _meta: meta }] };
    }),
  );
  return server;
}

/** The protocol's code for a resource that isn't there. */
const notFound = -32_002;

function instructionsFor({ names, update }: Indexes): string {
  const all = names.slice(0, 20).map((name) => JSON.stringify(name));
  return (
    `Searches documents that their owner indexed (${all.join(', ')}). Start with \`search\`, in whole questions; ` +
    '`get` reads on around a result; `list` shows which documents there are. ' +
    `${update === undefined ? 'Nothing can be changed. ' : '`update` reads changed documents again. '}${note}`
  );
}
