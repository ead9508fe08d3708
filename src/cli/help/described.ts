// What the help says of a flag or an argument beside its name.
import type { Rule } from '../../config/kinds/rule.js';
import { typedValue } from '../../config/kinds/rule.js';

export interface Described {
  help: string;
  default?: unknown;
  otherwise?: unknown;
  decided?: string;
  env?: string;
}

/** What a number without a unit counts, where it may have none. */
function aloneOf(rule: Rule): string | undefined {
  if (rule.kind === 'size') return 'a number alone: bytes';
  if (rule.kind !== 'duration' || !rule.alone) return undefined;
  return `a number alone: ${rule.unit === 's' ? 'seconds' : 'ms'}`;
}

/** What it is, with what may be chosen, what a number alone means, and what counts without it. */
export function describe(rule: Rule & Described): string {
  const choices = rule.kind === 'choice' ? rule.choices.join(', ') : undefined;
  const notes = [choices, aloneOf(rule), defaultOf(rule)].filter((note) => note !== undefined).join('; ');
  return notes === '' ? rule.help : `${rule.help} (${notes})`;
}

function defaultOf(rule: Rule & Described): string | undefined {
  // A flag that is there or isn't says itself what happens without it.
  if (rule.kind === 'boolean') return undefined;
  const value = rule.default ?? rule.otherwise;
  const shown = value === undefined ? rule.decided : typedValue(rule, value);
  return shown === undefined || shown === '' ? undefined : `default: ${shown}`;
}
