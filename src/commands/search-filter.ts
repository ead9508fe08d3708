// What results of a search must be, beside near: the same for an output and for a destination.
import { matcherOf } from '../documents/walk/rules/include-exclude.js';

/** What a search is narrowed to. */
export interface SearchFilters {
  /** Globs, one of which the source must match; one without a slash is held against the name alone. @default all */
  source?: readonly string[] | undefined;
  /** `key=value` each, all of which the metadata must have; `a.b=x` looks into objects, a list fits by one of its values. @default all */
  where?: readonly string[] | undefined;
  /** The lowest score, -1 to 1. @default any */
  minScore?: number | undefined;
}

export interface Filter {
  /** Whether anything is filtered but by score. */
  readonly isNarrow: boolean;
  /** Whether metadata is looked at. */
  readonly asksMetadata: boolean;
  takesSource(source: string): boolean;
  takesMetadata(metadata: object): boolean;
  takesScore(score: number): boolean;
}

/** @throws {UsageError} for a pattern that can't be one */
export function filterOf({ source, where, minScore = -2 }: SearchFilters): Filter {
  const matches = source === undefined ? undefined : matcherOf(source, '--source');
  const pairs = (where ?? []).map((pair) => {
    const end = pair.indexOf('=');
    return { key: pair.slice(0, end), value: pair.slice(end + 1) };
  });
  return {
    isNarrow: matches !== undefined || pairs.length > 0,
    asksMetadata: pairs.length > 0,
    takesSource: (one) => matches === undefined || namesOf(one).some((name) => matches(name, lastOf(name))),
    takesMetadata: (metadata) => pairs.every(({ key, value }) => has(metadata, key, value)),
    takesScore: (score) => score >= minScore,
  };
}

/** A record is matched by its file, too: `posts.jsonl#12` by `*.jsonl`. */
function namesOf(source: string): string[] {
  const start = source.indexOf('#');
  return start < 0 ? [source] : [source, source.slice(0, start)];
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function has(value: unknown, key: string, wanted: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, key)) {
    const found = (value as Record<string, unknown>)[key];
    return Array.isArray(found) ? found.some((one) => String(one) === wanted) : String(found) === wanted;
  }
  const dot = key.indexOf('.');
  if (dot < 0) return false;
  const outer = key.slice(0, dot);
  return Object.hasOwn(value, outer)
    ? has((value as Record<string, unknown>)[outer], key.slice(dot + 1), wanted)
    : false;
}
