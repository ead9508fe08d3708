// What results of a search must be, beside near: the same for an output and for a destination.
import { asText } from '../text/as-text.js';
import type { SearchFilters } from './options.js';
import { type NamedSources, sourceTest } from './source-patterns.js';

export interface Filter {
  /** Whether anything is filtered but by score. */
  readonly isNarrow: boolean;
  /** Whether metadata is looked at. */
  readonly asksMetadata: boolean;
  /** The lowest score that is taken. */
  readonly least: number;
  takesSource(source: string): boolean;
  takesMetadata(metadata: object): boolean;
  takesScore(score: number): boolean;
}

/**
 * @param named what patterns of sources are held against
 * @throws {UsageError} for a pattern that can't be one
 */
export function filterOf(
  { source, from, where, minScore = -2 }: SearchFilters,
  named: NamedSources = {},
): Filter {
  const matches = source === undefined ? undefined : sourceTest(source, from, named);
  const conditions = (where ?? []).map(conditionOf);
  return {
    isNarrow: matches !== undefined || conditions.length > 0,
    asksMetadata: conditions.length > 0,
    least: minScore,
    takesSource: (one) => matches === undefined || matches(one),
    takesMetadata: (metadata) => conditions.every(({ key, takes }) => has(metadata, key, takes)),
    takesScore: (score) => score >= minScore,
  };
}

interface Condition {
  key: string;
  /** Whether a value of the metadata fits. */
  takes(value: unknown): boolean;
}

/** `lang=en`, `page>=3`, `year<=2024`, `lang in en,de`. */
function conditionOf(written: string): Condition {
  const [, key, list] = /^([^=<>]+?) in (.+)$/s.exec(written) ?? [];
  if (key !== undefined && list !== undefined) {
    const wanted = new Set(list.split(',').map((one) => one.trim()));
    return { key: key.trim(), takes: (found) => !isStructure(found) && wanted.has(asText(found)) };
  }
  const end = written.indexOf('=');
  const value = written.slice(end + 1);
  const sign = written[end - 1];
  if (sign !== '>' && sign !== '<')
    return { key: written.slice(0, end), takes: (found) => !isStructure(found) && asText(found) === value };
  const fits = sign === '>' ? (order: number) => order >= 0 : (order: number) => order <= 0;
  return { key: written.slice(0, end - 1).trim(), takes: (found) => fits(orderOf(found, value.trim())) };
}

/** An object, or a list in a list, equals no text. */
function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Below 0 when the value comes first; numbers as numbers, anything else as text, as dates are written so that this fits. */
function orderOf(found: unknown, wanted: string): number {
  if (typeof found !== 'string' && typeof found !== 'number') return Number.NaN;
  const text = String(found);
  if (numberPattern.test(text) && numberPattern.test(wanted)) return Number(text) - Number(wanted);
  return text < wanted ? -1 : text > wanted ? 1 : 0;
}

function has(value: unknown, key: string, takes: Condition['takes']): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, key)) {
    const found = (value as Record<string, unknown>)[key];
    return Array.isArray(found) ? found.some(takes) : takes(found);
  }
  const dot = key.indexOf('.');
  if (dot < 0) return false;
  const outer = key.slice(0, dot);
  return Object.hasOwn(value, outer)
    ? has((value as Record<string, unknown>)[outer], key.slice(dot + 1), takes)
    : false;
}
