// The kinds whose values are numbers or switches: integer, size, duration, percentage and boolean.
import { parseSize, typedSize } from '../../text/sizes.js';
import type { Kind, Verdict } from './kind.js';

export interface Bounds {
  least: number;
  /** @default the largest whole number that is exact */
  most?: number;
}

export interface IntegerRule extends Bounds {
  kind: 'integer';
}

/** In bytes. */
export interface SizeRule extends Bounds {
  kind: 'size';
}

/** In `unit`. */
export interface DurationRule extends Bounds {
  kind: 'duration';
  /** Of a number in code, or in a file. */
  unit: 'ms' | 's';
  /**
   * A typed number alone counts `unit`s, as it did before times took one. Elsewhere it is refused: who types 10 doesn't
   * mean 10 ms. @default false
   */
  alone?: boolean;
}

/** As a share: `10%` is 0.1. Below 100%. */
export interface PercentageRule {
  kind: 'percentage';
}

/** With a point; between `least` and `most`. */
export interface DecimalRule {
  kind: 'decimal';
  least: number;
  most: number;
}

export interface BooleanRule {
  kind: 'boolean';
}

const whole = /^[+-]?\d+$/;

/** @param say a bound, as it can be typed */
function inBounds(
  value: unknown,
  { least, most = Number.MAX_SAFE_INTEGER }: Bounds,
  say: (bound: number) => string = String,
): Verdict {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  if (value < least) return `at least ${say(least)}`;
  return value <= most || `at most ${say(most)}`;
}

function schemaOf({ least, most = Number.MAX_SAFE_INTEGER }: Bounds) {
  return { type: 'integer', minimum: least, maximum: most } as const;
}

const wholeNumber: Kind<Bounds> = {
  read: (typed) => (whole.test(typed.trim()) ? Number(typed) : typed),
  check: (value, rule) => inBounds(value, rule),
  wanted: () => 'a whole number',
  show: (value) => value,
  type: String,
  schema: schemaOf,
};

export const integer: Kind<IntegerRule> = wholeNumber;

export const size: Kind<SizeRule> = {
  ...wholeNumber,
  read: (typed) => parseSize(typed) ?? typed,
  readInFile: (written) => parseSize(written) ?? written,
  check: (value, rule) => inBounds(value, rule, typedSize),
  wanted: () => 'a size such as 500MB, 2GB or 64MiB',
  type: (value) => typedSize(Number(value)),
  schema: (rule) => ({
    anyOf: [
      schemaOf(rule),
      { type: 'string', pattern: '^\\s*\\d{1,20}(\\.\\d{1,20})?\\s*([kKmMgGtT]([bB]|[iI][bB])?|[bB])?\\s*$' },
    ],
  }),
};

const hourMs = 3_600_000;
const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: hourMs,
  d: 24 * hourMs,
  w: 168 * hourMs,
};

/** `90s`, `10m`, `1.5 h`, `30d`, `500ms`. */
function milliseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d|w)$/i.exec(text.trim());
  const unit = unitMs[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

function readDuration(text: string, { unit, alone }: DurationRule): unknown {
  if (whole.test(text.trim())) return alone || Number(text) === 0 ? Number(text) : text;
  const ms = milliseconds(text);
  return ms === undefined ? text : ms / unitMs[unit]!;
}

const withUnit = '\\d+(\\.\\d+)?\\s*([mM][sS]|[sS]|[mM]|[mM][iI][nN]|[hH]|[dD]|[wW])';

export const duration: Kind<DurationRule> = {
  ...wholeNumber,
  read: readDuration,
  readInFile: readDuration,
  check(value, rule) {
    if (typeof value === 'string' && whole.test(value.trim())) {
      return Number(value) < 0 ? false : 'a time with its unit, such as 90s or 10m';
    }
    const verdict = inBounds(value, rule, (bound) => typedDuration(bound * unitMs[rule.unit]!));
    return verdict === false && typeof value === 'number' ? `whole ${names[rule.unit]}` : verdict;
  },
  wanted: ({ unit, alone }) => `a time such as 90s or 10m${alone ? `, or a number of ${names[unit]}` : ''}`,
  type: (value, { unit }) => typedDuration(Number(value) * unitMs[unit]!),
  schema: (rule) => ({
    anyOf: [
      schemaOf(rule),
      { type: 'string', pattern: `^\\s*(\\+?${rule.alone ? '\\d+' : '0+'}|${withUnit})\\s*$` },
    ],
  }),
};

const names = { ms: 'milliseconds', s: 'seconds' };

/** In the largest unit that divides it: `10m`, `90s`, `100ms`. */
function typedDuration(ms: number): string {
  if (ms === 0) return '0';
  const unit = ['d', 'h', 'm', 's'].find((one) => ms % unitMs[one]! === 0) ?? 'ms';
  return `${ms / unitMs[unit]!}${unit}`;
}

export const percentage: Kind<PercentageRule> = {
  read(typed) {
    const [, count] = /^(\d{1,20}(?:\.\d{1,20})?)\s*%?$/.exec(typed.trim()) ?? [];
    return count === undefined ? typed : Number(count) / 100;
  },
  check(value) {
    if (typeof value !== 'number' || Number.isNaN(value)) return false;
    if (value < 0) return 'at least 0%';
    return value < 1 || 'less than 100%';
  },
  wanted: () => 'a percentage such as 10%',
  show: (value) => value,
  // 100 × 0.07 is 7.000000000000001.
  type: (value) => `${Number((100 * Number(value)).toPrecision(12))}%`,
  schema: () => ({
    anyOf: [
      { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      { type: 'string', pattern: '^\\s*\\d{1,20}(\\.\\d{1,20})?\\s*%?\\s*$' },
    ],
  }),
};

export const decimal: Kind<DecimalRule> = {
  read: (typed) => (/^[+-]?\d{1,20}(?:\.\d{1,20})?$/.test(typed.trim()) ? Number(typed) : typed),
  check(value, { least, most }) {
    if (typeof value !== 'number' || Number.isNaN(value)) return false;
    if (value < least) return `at least ${least}`;
    return value <= most || `at most ${most}`;
  },
  wanted: () => 'a number such as 0.5',
  show: (value) => value,
  type: String,
  schema: ({ least, most }) => ({ type: 'number', minimum: least, maximum: most }),
};

const switchWords = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export const boolean: Kind<BooleanRule> = {
  read: (typed) => switchWords.get(typed.trim().toLowerCase()) ?? typed,
  check: (value) => typeof value === 'boolean',
  wanted: () => 'true or false',
  show: (value) => value,
  type: String,
  schema: () => ({ type: 'boolean' }),
};
