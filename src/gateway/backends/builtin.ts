// The built-in embedder as a backend: describes itself as Ollama describes a model, so that clients can be tried on
// a machine without Ollama.
import { dimensions, windowTokens } from '../../embedders/builtin/onnx/graph.js';
import { weightsDigest } from '../../embedders/builtin/weights.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import type { Backend, BackendState, ListPath, Passing } from './backend.js';
import type { DescribedModel } from './ollama-answers.js';
import { answerAlone, listOf } from './one-model.js';

const builtinModel = 'universal-sentence-encoder-lite:latest';
const modelNames: ReadonlySet<string> = new Set([builtinModel, canonicalName('builtin')]);

/** Size of the weights in bytes. */
const weightBytes = 27_903_656;

const what = 'the built-in embedder';

export class BuiltinBackend implements Backend {
  readonly embedder = 'builtin';
  readonly hasServers = false;
  readonly servers = 1;

  async modelOf(name: string | undefined): Promise<string | undefined> {
    return name === undefined || modelNames.has(canonicalName(name)) ? builtinModel : undefined;
  }

  takes(texts: readonly string[]): boolean {
    return !texts.includes('');
  }

  async list(path: ListPath): Promise<object> {
    return listOf([await model()], path);
  }

  async pass(passing: Passing): Promise<void> {
    const models = async () => [await model()];
    await answerAlone(passing, { models, modelOf: (name) => this.modelOf(name), what });
  }

  async isUp(): Promise<boolean> {
    return true;
  }

  async state(): Promise<BackendState> {
    return { servers: [] };
  }

  async close(): Promise<void> {}
}

async function model(): Promise<DescribedModel> {
  return {
    name: builtinModel,
    digest: await weightsDigest(),
    size: weightBytes,
    architecture: 'use',
    format: 'tfjs',
    context: windowTokens,
    dimensions,
  };
}
