// What two real Ollama servers counted for 80 texts with all-minilm, and that model's vocabulary.
import { readFileSync } from 'node:fs';

export interface RecordedCount {
  text: string;
  /** `prompt_eval_count`, special tokens included. */
  'ollama-0.24.0': number;
  'ollama-0.32.15': number;
}

const folder = new URL('../../fixtures/tokens/', import.meta.url);

export function recordedCounts(): RecordedCount[] {
  return JSON.parse(readFileSync(new URL('counts.json', folder), 'utf8')) as RecordedCount[];
}

export function allMiniLmVocabulary(): string[] {
  return readFileSync(new URL('all-minilm.txt', folder), 'utf8').trimEnd().split('\n');
}
