// src/config/kinds: the kinds of values that a setting may have, such as a size, a duration or an address.
//
// In: a value from a flag, a variable or a file, and the setting's rule (its kind with its bounds). Out: the value as it
// is used, or what was expected instead; the value as it is shown; and its JSON Schema. kind.ts says what every kind
// must know; numbers.ts, words.ts and list.ts hold the kinds; this file has the table of all.
// What must hold: a kind knows no setting; a secret is never shown, not even in the message on a wrong value.
// Look first at kind.ts. A new kind goes into numbers.ts or words.ts, and into the table below.
import type { JsonSchema, Kind } from './kind.js';
import { type ListRule, listOf } from './list.js';
import {
  type BooleanRule,
  boolean,
  type DecimalRule,
  type DurationRule,
  decimal,
  duration,
  type IntegerRule,
  integer,
  type PercentageRule,
  percentage,
  type SizeRule,
  size,
} from './numbers.js';
import { type NamedSource, type SourcesRule, sources } from './sources.js';
import {
  type AddressRule,
  address,
  type ChoiceRule,
  choice,
  type DestinationRule,
  destination,
  glob,
  type IndexRule,
  index,
  type PairRule,
  pair,
  path,
  type ShardRule,
  secret,
  shard,
  type TextRule,
  text,
} from './words.js';

type ItemRule =
  | TextRule
  | ChoiceRule
  | AddressRule
  | DestinationRule
  | IndexRule
  | IntegerRule
  | SizeRule
  | DurationRule
  | PercentageRule
  | DecimalRule
  | PairRule
  | ShardRule
  | BooleanRule;

/** How a value is read, checked, shown and described; plain data. */
export type Rule = ItemRule | ListRule<ItemRule> | SourcesRule;

export type KindName = Rule['kind'];

/** What fits a rule. */
export type ValueOf<R> = R extends { kind: 'list'; of: infer Item }
  ? ValueOf<Item>[]
  : R extends { kind: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : R extends { kind: 'boolean' }
      ? boolean
      : R extends { kind: 'integer' | 'size' | 'duration' | 'percentage' | 'decimal' }
        ? number
        : R extends SourcesRule
          ? NamedSource[]
          : string;

const items = {
  text,
  path,
  glob,
  secret,
  choice,
  address,
  destination,
  index,
  integer,
  size,
  duration,
  percentage,
  decimal,
  pair,
  shard,
  boolean,
};
const kinds = { ...items, sources, list: listOf((item: ItemRule) => kindOf(item)) };

/** Each kind takes the rules of its own name. */
function kindOf<R extends Rule>({ kind }: R): Kind<R> {
  return kinds[kind] as unknown as Kind<R>;
}

/** The value that a text of a flag or variable stands for; the text, or what is like it, where it stands for none. */
export function readText(rule: Rule, typed: string): unknown {
  return kindOf(rule).read(typed, rule);
}

/** The same for what was typed of a flag: a text, the texts of one that may be repeated, or a switch. */
export function readTyped(rule: Rule, typed: unknown): unknown {
  if (Array.isArray(typed)) return typed.flatMap((one) => readText(rule, String(one)));
  return typeof typed === 'string' ? readText(rule, typed) : typed;
}

/** The same for a value in a configuration file of `folder`, where numbers and switches aren't written as texts. */
export function readWritten(rule: Rule, written: unknown, folder: string): unknown {
  const kind = kindOf(rule);
  if (typeof written === 'string') return kind.readInFile?.(written, rule, folder) ?? written;
  const isStructure = typeof written === 'object' && written !== null;
  return isStructure ? (kind.readStructure?.(written, rule, folder) ?? written) : written;
}

/** Why `value` doesn't fit, as the end of a sentence; undefined when it does. */
export function problemWith(rule: Rule, value: unknown): string | undefined {
  // A list of one, as flags give it, is told as what was typed.
  const ofOne =
    rule.kind === 'list' && Array.isArray(value) && value.length <= 1
      ? problemWith(rule.of, value[0] ?? '')
      : undefined;
  const kind = kindOf(rule);
  const verdict = kind.check(value, rule);
  if (verdict === true) return undefined;
  if (ofOne !== undefined) return ofOne;
  const wanted = typeof verdict === 'string' ? verdict : kind.wanted(rule);
  if (kind.hidesWrong?.(rule)) return `expected ${wanted}`;
  return `expected ${wanted}, got ${typeof value === 'number' ? kind.type(value, rule) : show(value)}`;
}

/** A right value with its secrets masked, as people may see it; lists stay lists. */
export function shownValue(rule: Rule, value: unknown): unknown {
  return value === undefined ? undefined : kindOf(rule).show(value, rule);
}

/** A right value as it can be typed. */
export function typedValue(rule: Rule, value: unknown): string {
  return kindOf(rule).type(value, rule);
}

/** What a configuration file may hold. */
export function schemaOf(rule: Rule): JsonSchema {
  return kindOf(rule).schema(rule);
}

/** Whether its values name servers. */
export function namesServers(rule: Rule): boolean {
  const { kind } = rule.kind === 'list' ? rule.of : rule;
  return kind === 'address' || kind === 'destination';
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
