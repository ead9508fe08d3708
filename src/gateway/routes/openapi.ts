// What programs are told of the search over HTTP, as OpenAPI 3.1. `docs/openapi.json` holds the same.
import { z } from 'zod';
import { readPackage } from '../../package.js';
import { asked } from './search.js';

const text = { type: 'string' };
const integer = { type: 'integer' };
const number = { type: 'number' };
const list = (items: object) => ({ type: 'array', items });
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const result = {
  type: 'object',
  required: ['in', 'id', 'score', 'text', 'metadata', 'sources', 'words'],
  properties: {
    in: { ...text, description: 'name of the index' },
    id: text,
    score: { type: 'number', description: 'cosine, -1 to 1; of a search by words alone BM25, above 0' },
    text,
    metadata: {
      type: 'object',
      required: ['source', 'chunk', 'line', 'heading'],
      properties: { source: text, chunk: integer, line: integer, page: integer, heading: list(text) },
    },
    sources: { ...list(text), description: 'all documents that hold the text' },
    words: { ...list(text), description: 'words of the question that the text holds' },
    ranks: { type: 'object', properties: { vectors: integer, words: integer } },
    rerank: { type: 'number' },
    passage: {
      type: 'object',
      required: ['text', 'chunks', 'line'],
      properties: { text, chunks: list(integer), line: integer },
    },
  },
};

const index = {
  type: 'object',
  required: ['name', 'where', 'kind'],
  properties: {
    name: text,
    where: text,
    kind: { enum: ['output', 'destination'] },
    model: text,
    dimensions: integer,
    documents: integer,
    rows: integer,
    failures: integer,
    roots: list({
      type: 'object',
      properties: { root: text, documents: integer, gone: { type: 'boolean' } },
    }),
    lastRun: { type: 'object', properties: { at: text, seconds: number, result: text, share: number } },
    run: { type: 'object', properties: { state: text, share: number } },
    problem: { ...text, description: "why it can't be asked, or what goes wrong with it" },
  },
};

const answerOf = (key: string, name: string) => ({
  description: 'the answer',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['schema', key],
        properties: { schema: { const: 1 }, [key]: list(reference(name)) },
      },
    },
  },
});

const errorOf = (description: string) => ({
  description,
  content: {
    'application/json': { schema: { type: 'object', required: ['error'], properties: { error: text } } },
  },
});

const errors = {
  401: errorOf('the token is needed, or is another one'),
  403: errorOf("the page's origin, or the name of the server, isn't let in"),
  503: errorOf("an index or an embedder can't be asked now"),
};

/** The document, as data. */
export function openApi(): object {
  const { $schema, ...question } = z.toJSONSchema(asked, { io: 'input' });
  return {
    openapi: '3.1.0',
    info: { title: 'embed serve --in', version: readPackage().version },
    components: {
      schemas: { Question: question, Result: result, Index: index },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ token: [] }, {}],
    paths: {
      '/search': {
        post: {
          operationId: 'search',
          summary: 'Ask the indexes a question',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference('Question') } },
          },
          responses: {
            200: answerOf('results', 'Result'),
            400: errorOf('what is wrong with the question'),
            ...errors,
          },
        },
        get: {
          operationId: 'indexes',
          summary: 'The indexes, with what is wrong with them',
          responses: { 200: answerOf('indexes', 'Index'), ...errors },
        },
      },
    },
  };
}
