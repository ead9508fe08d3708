// What the test server says of its models: the recorded answers about all-minilm, varied by test.
import { type OllamaVersion, recordedCase, recordedVocabulary } from './contract.js';

export interface TestModel {
  /** With its tag, as `/api/tags` has it: `all-minilm:latest`. */
  name: string;
  digest: string;
  dimensions: number;
  /** Tokens, special tokens included. */
  context: number;
  architecture: string;
  capabilities: string[];
  /** PARAMETER num_ctx of the modelfile. */
  numCtx?: number;
  /** The vocabulary that `/api/show` gives when it is asked to be verbose. @default the recorded one */
  vocabulary?: readonly string[];
  /** What `tokenizer.ggml.model` says. */
  tokenizer: string;
  /** Makes other vectors for the same digest, as another release with another tokenizer does. */
  salt: string;
}

export const allMiniLm: TestModel = {
  name: 'all-minilm:latest',
  digest: '6cf97aa9ab2e7b3b0dc526238904e189ea5bf0076e1d102b61d21fa09e34caea',
  dimensions: 384,
  context: 512,
  architecture: 'bert',
  capabilities: ['embedding'],
  tokenizer: 'bert',
  salt: '',
};

type Fields = { [key: string]: unknown };

function recorded(version: OllamaVersion, name: string): Fields {
  return structuredClone(recordedCase(version, name).response.body) as Fields;
}

/** One entry of `/api/tags`. */
export function tagOf(version: OllamaVersion, model: TestModel): Fields {
  const [entry] = (recorded(version, 'tags') as { models: Fields[] }).models;
  const families = { family: model.architecture, families: [model.architecture] };
  return {
    ...entry,
    name: model.name,
    model: model.name,
    digest: model.digest,
    details: { ...(entry!.details as Fields), ...families },
  };
}

/** One entry of `/api/ps`. */
export function loadedEntry(version: OllamaVersion, model: TestModel, context: number): Fields {
  const [entry] = (recorded(version, 'ps_while_loaded') as { models: Fields[] }).models;
  return { ...entry, name: model.name, model: model.name, digest: model.digest, context_length: context };
}

/** The answer of `/api/show`. */
export function showOf(version: OllamaVersion, model: TestModel, verbose: boolean): Fields {
  const answer = recorded(version, 'show');
  const info: Fields = {};
  for (const [key, value] of Object.entries(answer.model_info as Fields)) {
    info[key.replace(/^bert\./, `${model.architecture}.`)] = value;
  }
  info['general.architecture'] = model.architecture;
  info[`${model.architecture}.context_length`] = model.context;
  info[`${model.architecture}.embedding_length`] = model.dimensions;
  info['tokenizer.ggml.model'] = model.tokenizer;
  if (verbose) {
    const tokens = model.vocabulary ?? recordedVocabulary();
    info['tokenizer.ggml.tokens'] = tokens;
    info['tokenizer.ggml.scores'] = tokens.map((_, index) => index);
    info['tokenizer.ggml.token_type'] = tokens.map((token) => (/^\[[A-Z]+\]$/.test(token) ? 3 : 1));
  }
  const parameters = model.numCtx === undefined ? {} : { parameters: `num_ctx    ${model.numCtx}` };
  return { ...parameters, ...answer, model_info: info, capabilities: model.capabilities };
}
