// The model that a gateway was named at its start: opened before it listens, so that servers whose vectors are
// wrong are seen by whoever started it, and not by its clients.
import type { Settings } from '../../config/settings.js';
import { EmbedError, WrongVectorsError } from '../../errors.js';
import type { Backend } from '../backends/backend.js';
import type { Models } from './models.js';

/** A model that takes longer to load, in ms, is opened while the gateway listens already. */
const START_MS = 30_000;

export interface NamedModelOptions {
  settings: Settings;
  backend: Backend;
  models: Models;
  onNotice(message: string): void;
}

/**
 * Resolves when the named model is open, or when there is nothing to wait for: none was named, no server is up yet,
 * or the model can't be opened now, which is said. Its clients find out more.
 * @throws {WrongVectorsError} when its servers give vectors that are refused
 */
export async function openNamedModel(options: NamedModelOptions): Promise<void> {
  const { settings, backend, models, onNotice } = options;
  const { model } = settings;
  if (model === undefined || backend.embedder !== 'ollama' || !(await backend.isUp())) return;
  try {
    await models.use(model, AbortSignal.timeout(START_MS), async () => undefined);
  } catch (error) {
    if (error instanceof WrongVectorsError) throw error;
    const why = error instanceof EmbedError ? error.message : 'it takes long to load.';
    onNotice(`The model "${model}" isn't open yet: ${why}`);
  }
}
