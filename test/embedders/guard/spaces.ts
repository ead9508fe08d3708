// Embedders of scripted servers, and the vector spaces that are measured with them. All is closed after the test.
import { measureSpace } from '../../../src/embedders/guard/canaries.js';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import type { VectorSpace } from '../../../src/types/space.js';
import { allMiniLm, type OllamaOptions, type TestModel } from '../../helpers/ollama.js';
import { ollama, stopAfterTest } from '../../helpers/running.js';

export async function open(options: OllamaOptions = {}, dimensions?: number) {
  const server = await ollama(options);
  const model = server.world.models[0]!.name;
  const embedder = await openOllamaEmbedder({
    url: new URL(server.url),
    model,
    batchTimeoutMs: 20_000,
    dimensions,
  });
  stopAfterTest({ stop: () => embedder.close() });
  return { server, embedder };
}

export async function spaceOf(
  changes: Partial<TestModel> = {},
  options: OllamaOptions = {},
  dimensions?: number,
): Promise<VectorSpace> {
  const { embedder } = await open({ models: [{ ...allMiniLm, ...changes }], ...options }, dimensions);
  return await measureSpace(embedder);
}
