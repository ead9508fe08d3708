// The prefixes that model families expect before a text, and a good chunk size for each. A model that isn't in the
// table gets no prefix. Each row names its source, and says when that is a copy.
import type { Prefixes } from '../types/embedder.js';
import { withoutTag } from './ollama/model-name.js';

export interface Profile {
  family: string;
  prefixes: Prefixes;
  /** Chunk size in tokens; the model's context may be smaller. */
  chunkTokens: number;
  /** Where the row comes from. */
  source: string;
}

interface Row extends Profile {
  /** Matched against a model's name in lower case, with its folders, without its tag. */
  name: RegExp;
}

const none: Prefixes = { document: '', query: '' };
const passages = 'Represent this sentence for searching relevant passages: ';
const webSearch =
  'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:';

/** The first row that matches is used, so special models stand before their families. */
const rows: readonly Row[] = [
  {
    family: 'nomic-embed-text',
    name: /nomic-embed-text/,
    prefixes: { document: 'search_document: ', query: 'search_query: ' },
    chunkTokens: 512,
    source:
      'model card of nomic-ai/nomic-embed-text-v1.5, "Task instruction prefixes" (read in a copy: free2aitools.com)',
  },
  {
    family: 'mxbai-embed-large',
    name: /mxbai-embed-large/,
    prefixes: { document: '', query: passages },
    chunkTokens: 512,
    source: 'https://mixedbread.ai/docs/embeddings/mxbai-embed-large-v1 "Using a Prompt"',
  },
  {
    family: 'bge-m3',
    name: /bge-m3/,
    prefixes: none,
    chunkTokens: 512,
    source: 'github.com/FlagOpen/FlagEmbedding research/BGE_M3/README.md FAQ 2: no instruction on queries',
  },
  {
    family: 'bge-zh',
    name: /bge-(small|base|large)-zh/,
    prefixes: { document: '', query: '为这个句子生成表示以用于检索相关文章：' },
    chunkTokens: 512,
    source:
      'model list of BAAI/bge (read in a copy: jishuzhan.net); full-width colon: github.com/FlagOpen/FlagEmbedding README.md',
  },
  {
    family: 'bge-en',
    name: /bge-(small|base|large)/,
    prefixes: { document: '', query: passages },
    chunkTokens: 512,
    source:
      'model list of BAAI/bge (read in a copy: jishuzhan.net); blank: github.com/FlagOpen/FlagEmbedding README.md',
  },
  {
    family: 'e5-instruct',
    name: /(^|[^a-z0-9])e5-(small|base|large)-instruct/,
    prefixes: { document: '', query: `${webSearch} ` },
    chunkTokens: 512,
    source:
      'model card of intfloat/multilingual-e5-large-instruct (read in a copy: replicate.com/saattrupdan, shuiyin.accos.tk)',
  },
  {
    family: 'e5',
    name: /(^|[^a-z0-9])e5-(small|base|large)/,
    prefixes: { document: 'passage: ', query: 'query: ' },
    chunkTokens: 512,
    source:
      'model card of intfloat/e5-base-v2, FAQ 1 (read in a copy: deepinfra.com); taken for multilingual-e5, too',
  },
  {
    family: 'snowflake-arctic-embed2',
    name: /arctic-embed(2|-[a-z]+-v2)/,
    prefixes: { document: '', query: 'query: ' },
    chunkTokens: 512,
    source: 'prompt "query" of Snowflake/snowflake-arctic-embed-l-v2.0, as hivebook.wiki describes it',
  },
  {
    family: 'snowflake-arctic-embed',
    name: /arctic-embed/,
    prefixes: { document: '', query: passages },
    chunkTokens: 512,
    source: 'github.com/Snowflake-Labs/arctic-embed README.md "Usage"',
  },
  {
    family: 'embeddinggemma',
    name: /embeddinggemma/,
    prefixes: { document: 'title: none | text: ', query: 'task: search result | query: ' },
    chunkTokens: 512,
    source: 'https://ericlbuehler.github.io/mistral.rs/EMBEDDINGGEMMA.html "Prompt instructions"',
  },
  {
    family: 'qwen3-embedding',
    name: /qwen3-embedding/,
    prefixes: { document: '', query: webSearch },
    chunkTokens: 512,
    source:
      'README of QwenLM/Qwen3-Embedding (quoted by deepwiki.com/QwenLM/Qwen3-Embedding): no blank after "Query:"',
  },
  {
    family: 'all-minilm',
    name: /all-minilm/,
    prefixes: none,
    chunkTokens: 256,
    source:
      'model card of sentence-transformers/all-MiniLM-L6-v2, cut after 256 word pieces (read in a copy: dataloop.ai)',
  },
];

const unknown: Profile = { family: 'unknown', prefixes: none, chunkTokens: 512, source: 'default' };

/** The profile of a model, by its name: `hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q8_0` is a nomic-embed-text. */
export function profileOf(model: string): Profile {
  const name = withoutTag(model.toLowerCase());
  const { family, prefixes, chunkTokens, source } = rows.find((row) => row.name.test(name)) ?? unknown;
  return { family, prefixes, chunkTokens, source };
}
