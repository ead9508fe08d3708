import { describe, expect, test } from 'vitest';
import { profileOf } from '../../src/embedders/model-profiles.js';

describe('profileOf', () => {
  test.each([
    ['nomic-embed-text', 'nomic-embed-text'],
    ['hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q8_0', 'nomic-embed-text'],
    ['nomic-embed-text-v2-moe:latest', 'nomic-embed-text'],
    ['mxbai-embed-large:335m', 'mxbai-embed-large'],
    ['bge-m3:latest', 'bge-m3'],
    ['bge-large', 'bge-en'],
    ['qllama/bge-small-en-v1.5', 'bge-en'],
    ['quentinz/bge-large-zh-v1.5:latest', 'bge-zh'],
    ['jeffh/intfloat-e5-base-v2:f16', 'e5'],
    ['jeffh/intfloat-multilingual-e5-large:f16', 'e5'],
    ['jeffh/intfloat-multilingual-e5-large-instruct:f16', 'e5-instruct'],
    ['snowflake-arctic-embed:137m', 'snowflake-arctic-embed'],
    ['snowflake-arctic-embed2:568m', 'snowflake-arctic-embed2'],
    ['Snowflake/snowflake-arctic-embed-l-v2.0', 'snowflake-arctic-embed2'],
    ['embeddinggemma:300m', 'embeddinggemma'],
    ['qwen3-embedding:0.6b', 'qwen3-embedding'],
    ['dengcao/Qwen3-Embedding-8B:Q5_K_M', 'qwen3-embedding'],
    ['all-minilm:33m', 'all-minilm'],
    ['paraphrase-multilingual', 'unknown'],
    ['some/node5-base', 'unknown'],
    ['bge-reranker-v2-m3', 'unknown'],
  ])('%s is a %s', (model, family) => {
    expect(profileOf(model).family).toBe(family);
  });

  test('puts nothing before texts of a model that it does not know', () => {
    expect(profileOf('granite-embedding')).toMatchObject({
      prefixes: { document: '', query: '' },
      chunkTokens: 512,
    });
  });

  test('keeps the blanks of the model cards', () => {
    expect(profileOf('nomic-embed-text').prefixes).toEqual({
      document: 'search_document: ',
      query: 'search_query: ',
    });
    expect(profileOf('embeddinggemma').prefixes.document).toBe('title: none | text: ');
    expect(profileOf('qwen3-embedding').prefixes.query).toMatch(/answer the query\nQuery:$/);
    expect(profileOf('multilingual-e5-large-instruct').prefixes.query).toMatch(/answer the query\nQuery: $/);
    expect(profileOf('all-minilm').chunkTokens).toBe(256);
  });
});
