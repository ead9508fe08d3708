// What may be asked, with its bounds: by tools of agents and over HTTP alike. The JSON Schemas that clients see are made
// of these.
import { z } from 'zod';
import { pairPattern } from '../config/kinds/words.js';

/** Characters; a question is a sentence, but a paragraph may be compared, too. */
const maxQuestion = 8000;
const maxSource = 4096;
const maxFilters = 20;
const maxIndexes = 50;
/** Documents of a list, chunks of a text. */
const maxPage = 500;

const name = z.string().min(1).max(60);
const names = z.array(name).min(1).max(maxIndexes);
const globs = z.array(z.string().min(1).max(maxSource)).min(1).max(maxFilters);
const conditions = z
  .array(z.string().max(maxSource).regex(pairPattern, 'expected conditions such as lang=en'))
  .min(1)
  .max(maxFilters);
const tokens = z
  .int()
  .min(200)
  .max(25_000)
  .default(6000)
  .describe('the answer is cut to about so many tokens, and says so');

export const searchAsked = z
  .strictObject({
    question: z
      .string()
      .max(maxQuestion)
      .regex(/\S/, 'expected a question')
      .describe('what to look for, in plain words: a question or a description finds more than keywords'),
    in: names.optional().describe('names of indexes; all without it'),
    results: z.int().min(1).max(50).default(5).describe('texts at most'),
    source: globs
      .optional()
      .describe(
        'only documents whose path, or its end from a folder on, fits: such as docs, docs/** or *.md',
      ),
    where: conditions
      .optional()
      .describe('only rows with this metadata, such as lang=en, page>=3 or tag in a,b; all must fit'),
    minScore: z.number().min(-1).max(1).optional().describe('only texts whose cosine is so much'),
    by: z
      .enum(['vectors', 'words', 'hybrid'])
      .optional()
      .describe('by meaning, by words, or by both; without it, what suits the index'),
    group: z.literal('document').optional().describe('only the best text of each document'),
    around: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe('so many passages before and after each, as its passage'),
    maxTokens: tokens,
  })
  .describe('A question to the indexes.');

export const textAsked = z
  .strictObject({
    in: name.optional().describe('name of the index; needed where there are several'),
    id: z.string().min(1).max(100).optional().describe('id of a text that a search found'),
    source: z
      .string()
      .min(1)
      .max(maxSource)
      .optional()
      .describe('path of a document, as search and list give it'),
    line: z.int().min(1).max(1_000_000_000).optional().describe('start at this line of the document'),
    chunk: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('start at this passage of the document, as nextChunk says'),
    chunks: z.int().min(1).max(maxPage).default(20).describe('chunks at most'),
    maxTokens: tokens,
  })
  .refine(({ id, source }) => (id === undefined) !== (source === undefined), 'expected either id or source')
  .refine(({ id, line }) => id === undefined || line === undefined, 'line goes with source, not with id');

export const listAsked = z.strictObject({
  in: names.optional().describe('names of indexes; all without it'),
  source: globs
    .optional()
    .describe('only documents whose path, or its end from a folder on, fits one of these'),
  failed: z.boolean().optional().describe('only documents that failed'),
  skip: z.int().min(0).max(1_000_000_000).default(0).describe('documents to leave out at the start'),
  most: z.int().min(1).max(maxPage).default(100).describe('documents at most'),
  maxTokens: tokens,
});

export const statusAsked = z.strictObject({});

export const updateAsked = z.strictObject({
  in: name.optional().describe('name of the index; needed where there are several'),
});

/** What is wrong with what was asked, as a sentence: `results: …`. */
export function wrongAsked({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`)
    .join('; ');
}
