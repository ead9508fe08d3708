// What is measured: name → rows. The rows of embed carry the vectors of its index, the others' texts are embedded here.
import { builtinCounter } from '../../../dist/embedders/builtin/token-counter.js';
import { rowsAround, rowsOf } from './around.js';
import { withHeadings, withTableHeaders } from './context.js';
import { ourDocuments, ourRows } from './ours.js';
import { langchainRows, llamaindexRows } from './peers.js';

export const baseline = 'embed';

const counter = builtinCounter();
const chunkTokens = 128;
/** The share of a chunk that both overlap by default: 200 of 1,000 characters, 200 of 1,024 tokens. */
const overlapTokens = 25;
const langchainTokens = {
  chunkSize: chunkTokens,
  chunkOverlap: overlapTokens,
  lengthFunction: (text) => counter.count(text),
};
const llamaindexTokens = {
  chunkSize: chunkTokens,
  chunkOverlap: overlapTokens,
  // Only the length of what `encode` gives is looked at.
  tokenizer: { encode: (text) => ({ length: counter.count(text) }) },
};

/** Both peers with their defaults, and at the chunk size of embed, counted by the embedder's tokenizer. */
export const peers = {
  'LangChain.js': () => langchainRows(),
  'LangChain.js, 128 tokens': () => langchainRows(langchainTokens),
  'LlamaIndex.TS': () => llamaindexRows(),
  'LlamaIndex.TS, 128 tokens': () => llamaindexRows(llamaindexTokens),
};

/** Splitters alone: the peers' on the texts that the readers of embed give. */
export const onOurTexts = {
  'LangChain.js, text of embed': async () => langchainRows(undefined, await ourTexts()),
  'LangChain.js, text of embed, 128 tokens': async () => langchainRows(langchainTokens, await ourTexts()),
  'LlamaIndex.TS, text of embed': async () => llamaindexRows(undefined, await ourTexts()),
  'LlamaIndex.TS, text of embed, 128 tokens': async () => llamaindexRows(llamaindexTokens, await ourTexts()),
};

/** What other chunk sizes, and more in front of what is embedded, do for embed. */
export const experiments = {
  'embed, headings in front': async () => withHeadings(await ownRows()),
  'embed, table headers in front': async () => withTableHeaders(await ownRows(), await ourDocuments()).rows,
  'embed, both in front': async () =>
    withHeadings(withTableHeaders(await ownRows(), await ourDocuments()).rows),
  'embed, 256 tokens': () => rowsOf(256),
  'embed, 256 tokens, headings in front': async () => withHeadings(await rowsOf(256)),
  'embed, 512 tokens': () => rowsOf(512),
  'embed, 512 tokens, headings in front': async () => withHeadings(await rowsOf(512)),
  'embed, 512 tokens around': () => rowsAround(chunkTokens, 512),
  'embed, 1,024 tokens around': () => rowsAround(chunkTokens, 1024),
  'embed, overlap of 25 tokens': () => ourRows({ chunkOverlap: String(overlapTokens) }),
};

let own;
/** The index with the defaults, made once a run. */
export function ownRows() {
  own ??= ourRows();
  return own;
}

async function ourTexts() {
  return new Map([...(await ourDocuments())].map(([source, { text }]) => [source, text]));
}

export function tokensOf(text) {
  return counter.count(text);
}
