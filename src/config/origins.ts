// Settings, and where each came from.
import type { Settings } from './settings.js';

/** Where a value came from: `default`, `--batch-size`, `OLLAMA_HOST`, or a file's path. */
export type Origin = string;

/**
 * What kind of place a value came from: `own` is the configuration file of the user's own, `notes` what this user named when the
 * index was made.
 */
export type Layer = 'flag' | 'environment' | 'file' | 'own' | 'notes' | 'default';

/** Settings, and where each came from. */
export interface LoadedSettings {
  /** Checked, with defaults where nothing was said. */
  settings: Settings;
  /** The place that each value came from; absent for settings that have none. */
  origins: Partial<Record<keyof Settings, Origin>>;
  /** The kind of that place. */
  layers: Partial<Record<keyof Settings, Layer>>;
  /** Path of the configuration file of the folder, or of the one that was named; absent when there is none. */
  file?: string;
  /** Path of the configuration file of the user's own; absent when there is none. */
  ownFile?: string;
}
