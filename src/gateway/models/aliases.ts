// Other names for models: for clients whose names of models are fixed.
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { UsageError } from '../../errors.js';

export class Aliases {
  readonly #models: ReadonlyMap<string, string>;
  /** As they were typed, with the models that they stand for. */
  readonly all: readonly (readonly [name: string, model: string])[];

  /** @param models the models, by their other names */
  constructor(models: { readonly [name: string]: string } = {}) {
    this.all = Object.entries(models);
    this.#models = new Map(this.all.map(([name, model]) => [canonicalName(name), model]));
  }

  /** The model that a name stands for; the name itself, when it is none of ours. */
  of(name: string): string {
    return this.#models.get(canonicalName(name)) ?? name;
  }
}

/**
 * Reads aliases as they are typed: `text-embedding-3-small=nomic-embed-text`.
 * @throws {UsageError} naming the one that is wrong
 */
export function readAliases(typed: readonly string[]): { [name: string]: string } {
  const models: { [name: string]: string } = {};
  for (const one of typed) {
    const [, name, model] = /^([^=\s]+)=([^=\s]+)$/.exec(one.trim()) ?? [];
    if (name === undefined || model === undefined) {
      throw new UsageError(
        `--alias: expected NAME=MODEL such as text-embedding-3-small=nomic-embed-text, got ${JSON.stringify(one)}.`,
      );
    }
    models[name] = model;
  }
  return models;
}
