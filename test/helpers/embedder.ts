// An embedder whose answers the test decides, request by request; for what no server need be there.
import { EmbedderFault, type FaultMeaning } from '../../src/errors.js';
import type { Embedder, EmbedOptions } from '../../src/types/embedder.js';
import type { Vector } from '../../src/types/vector.js';
import { vectorOf as vectorFor } from './ollama/vectors.js';

export const vectorOf = (text: string) => vectorFor(text, 8);

type Answer = (texts: readonly string[], options: EmbedOptions) => Promise<Vector[]> | Vector[];

export class FakeEmbedder implements Embedder {
  readonly requests: string[][] = [];
  readonly maxTokens = 512;
  readonly defaultChunkTokens = 256;
  readonly counter = { id: 'test/1', special: 0, count: (text: string) => text.length };
  readonly identity = {
    embedder: 'ollama' as const,
    variant: '',
    model: 'test',
    digest: '00',
    dimensions: 8,
    options: {},
    prefixes: { document: '', query: '' },
  };
  readonly #answer: Answer;

  constructor(answer: Answer = (texts) => texts.map((text) => vectorOf(text))) {
    this.#answer = answer;
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vector[]> {
    this.requests.push([...texts]);
    return this.#answer(texts, options);
  }

  async close(): Promise<void> {}
}

/** Fails every request that holds a poisoned text. */
export const poisoned = (isPoison: (text: string) => boolean, meaning: FaultMeaning) =>
  new FakeEmbedder((texts) => {
    if (texts.some(isPoison)) throw new EmbedderFault(meaning, 'poison');
    return texts.map((text) => vectorOf(text));
  });
