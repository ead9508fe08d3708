// The tools of agents: what each is called and takes, and what it answers.
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { EmbedError } from '../errors.js';
import { listAsked, searchAsked, statusAsked, textAsked, updateAsked, wrongAsked } from '../indexes/asked.js';
import type { Indexes, UpdateProgress } from '../indexes/indexes.js';
import { printable } from '../text/printable.js';
import { listAnswer, passageAnswer, searchAnswer } from './answers.js';

export interface ToolCall {
  signal: AbortSignal;
  /** Tells the client how far an update is; does nothing where it didn't ask. */
  progress(now: UpdateProgress): void;
}

interface ToolDeclaration<Asked extends z.ZodType = z.ZodType> {
  title: string;
  description: string;
  asked: Asked;
  /** Whether it changes anything. @default false */
  writes?: true;
  answer(indexes: Indexes, asked: z.infer<Asked>, call: ToolCall): Promise<string>;
}

/** So that each is checked with what it asks. */
const tool = <Asked extends z.ZodType>(declared: ToolDeclaration<Asked>) => declared as ToolDeclaration;

/** Characters of an error's sentence. */
const maxMessageLength = 2000;

const tools: Readonly<Record<string, ToolDeclaration>> = {
  search: tool({
    title: 'Search documents',
    description:
      'Finds the passages of the indexed documents that are nearest to a question, by meaning and by words. Each result has its text, ' +
      'path and line; `get` shows more around it.',
    asked: searchAsked,
    async answer(indexes, { maxTokens, ...asked }, { signal }) {
      return searchAnswer(await indexes.search(asked, signal), maxTokens);
    },
  }),
  get: tool({
    title: 'Read a document',
    description:
      'The text of an indexed document from a line on, or of one result by its id. Reads what the index holds, no files.',
    asked: textAsked,
    async answer(indexes, asked, { signal }) {
      const found = await indexes.get(asked, signal);
      if (found !== undefined) return passageAnswer(found, asked.maxTokens);
      throw new NotFound(
        `There is no ${asked.id === undefined ? 'document of this path' : 'text with this id'} in the index: ` +
          'search, or list, gives those that there are.',
      );
    },
  }),
  list: tool({
    title: 'List documents',
    description: 'The indexed documents by path: passages of each, when it changed, and what failed.',
    asked: listAsked,
    async answer(indexes, { maxTokens, ...asked }, { signal }) {
      const { documents, total } = await indexes.list(asked, signal);
      return listAnswer('documents', documents, maxTokens, (shown) => {
        const next = asked.skip + shown;
        return { total, ...(next < total && { nextSkip: next }) };
      });
    },
  }),
  status: tool({
    title: 'Describe the indexes',
    description:
      'The indexes by name: where each is, its model, how much it holds, and what is wrong with it.',
    asked: statusAsked,
    async answer(indexes, _asked, { signal }) {
      return listAnswer('indexes', await indexes.status(signal), maxStatusTokens);
    },
  }),
  update: tool({
    title: 'Update an index',
    description:
      'Reads the documents of an index again, and brings it up to date with what is new, changed or removed. ' +
      'Takes as long as the new texts need.',
    asked: updateAsked,
    writes: true,
    async answer(indexes, { in: name }, { signal, progress }) {
      return JSON.stringify(await indexes.update!(name, signal, progress));
    },
  }),
};

const maxStatusTokens = 6000;

/** What was asked for isn't there. */
class NotFound extends Error {}

/** Those that these indexes have. */
function toolsOf(indexes: Indexes): [string, ToolDeclaration][] {
  return Object.entries(tools).filter(([, { writes }]) => !writes || indexes.update !== undefined);
}

/** As a client is told of them. */
export function listTools(indexes: Indexes): Tool[] {
  return toolsOf(indexes).map(([name, { title, description, asked, writes = false }]) => {
    const { $schema, ...inputSchema } = z.toJSONSchema(asked, { io: 'input' });
    return {
      ...{ name, title, description },
      inputSchema: inputSchema as Tool['inputSchema'],
      annotations: {
        readOnlyHint: !writes,
        destructiveHint: writes,
        idempotentHint: true,
        openWorldHint: false,
      },
    };
  });
}

/**
 * Runs a tool. What a user can mend is an answer that says so, as the model can act on it.
 * @returns undefined when there is no such tool
 * @throws what is a fault of the program
 */
export async function callTool(
  indexes: Indexes,
  name: string,
  given: unknown,
  call: ToolCall,
): Promise<CallToolResult | undefined> {
  const [, declared] = toolsOf(indexes).find(([one]) => one === name) ?? [];
  if (declared === undefined) return undefined;
  const asked = declared.asked.safeParse(given ?? {});
  if (!asked.success) return failed(wrongAsked(asked.error));
  try {
    return { content: [{ type: 'text', text: await declared.answer(indexes, asked.data, call) }] };
  } catch (error) {
    if (error instanceof EmbedError || error instanceof NotFound) return failed(error.message);
    throw error;
  }
}

function failed(message: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: printable(message, maxMessageLength) }] };
}
