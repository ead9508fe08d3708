// Settings, and where each came from.
import type { Settings } from './settings.js';

/** Where a value came from: `default`, `--batch-size`, `OLLAMA_HOST`, or a file's path. */
export type Origin = string;

/** What kind of place a value came from. */
export type Layer = 'flag' | 'environment' | 'file' | 'default';

export interface LoadedSettings {
  settings: Settings;
  origins: Partial<Record<keyof Settings, Origin>>;
  layers: Partial<Record<keyof Settings, Layer>>;
  /** The configuration file in use. */
  file?: string;
}
