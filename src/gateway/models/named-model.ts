// Opens the model of the settings before the gateway listens. So the user who starts the gateway sees that servers
// give wrong vectors, before any client does.
import type { Settings } from '../../config/settings.js';
import { EmbedError, WrongVectorsError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import type { Backend } from '../backends/backend.js';
import type { Models } from './models.js';

/** Max wait at the start, in ms; a model that loads longer is opened while the gateway listens. */
const startMs = 30_000;

export interface NamedModelOptions {
  settings: Settings;
  backend: Backend;
  models: Models;
  events: RunEvents;
}

/**
 * Resolves when the named model is open, or when there is nothing to wait for: no model was named, no server is up
 * yet, or the model can't be opened now (then a notice says why).
 * @throws {WrongVectorsError} when its servers give vectors that are refused
 */
export async function openNamedModel(options: NamedModelOptions): Promise<void> {
  const { settings, backend, models, events } = options;
  const { model } = settings;
  if (model === undefined || !backend.hasServers || !(await backend.isUp())) return;
  try {
    await models.use(model, AbortSignal.timeout(startMs), async () => undefined);
  } catch (error) {
    if (error instanceof WrongVectorsError) throw error;
    const why = error instanceof EmbedError ? error.message : 'it takes long to load.';
    events.notice(`The model "${model}" isn't open yet: ${why}`, 'model-not-open');
  }
}
