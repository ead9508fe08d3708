// What a collection keeps of an index beside its points: its state, and whether its words are set up.
import { isObject } from '../../text/plain-json.js';
import type { IndexState } from '../destination.js';
import type { Info } from './answer-shapes.js';
import { wordsVector } from './words.js';

export function stateOf(value: unknown): IndexState | undefined {
  if (!isObject(value)) return undefined;
  const { token, space } = value as Record<string, unknown>;
  return typeof token === 'string' ? { token, space } : undefined;
}

/** What was kept when words were set up; others may have changed it. */
export function meanLengthIn(value: unknown): number | undefined {
  const { words } = isObject(value) ? (value as Record<string, unknown>) : {};
  return typeof words === 'number' && words >= 1 && words < 1e6 ? words : undefined;
}

export function hasWordsVector(info: Info | undefined): boolean {
  return info !== undefined && wordsVector in (info.config.params.sparse_vectors ?? {});
}
