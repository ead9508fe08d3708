// The help of a command, from its declaration; commander lays out flags and arguments.

import type { Rule } from '../config/kinds/rule.js';
import { typedValue } from '../config/kinds/rule.js';
import type { Declaration, Example } from './declared/command.js';
import { exitList } from './declared/exits.js';

/** What the help says of a flag or an argument beside its name. */
export interface Described {
  help: string;
  default?: unknown;
  otherwise?: unknown;
  decided?: string;
  env?: string;
}

/** What it is, with what may be chosen, what counts without it, and where else it can be set. */
export function describe(rule: Rule & Described, shows: { env: boolean }): string {
  const choices = rule.kind === 'choice' ? rule.choices.join(', ') : undefined;
  const env = shows.env && rule.env !== undefined ? `env: ${rule.env}` : undefined;
  const notes = [choices, defaultOf(rule), env].filter((note) => note !== undefined).join('; ');
  return notes === '' ? rule.help : `${rule.help} (${notes})`;
}

function defaultOf(rule: Rule & Described): string | undefined {
  // A flag that is there or isn't says itself what happens without it.
  if (rule.kind === 'boolean') return undefined;
  const value = rule.default ?? rule.otherwise;
  const shown = value === undefined ? rule.decided : typedValue(rule, value);
  return shown === undefined || shown === '' ? undefined : `default: ${shown}`;
}

const jsonErrors = `\
With --json, an error is in the object on standard output, beside the result where there is one:
  {"schema": 1, "error": {"code": …, "message": …, "exit": …}}`;

/** All that stands below the flags. @param takesJson whether it, or one of its subcommands, does */
export function helpBelow({ about, examples, exits }: Declaration, takesJson: boolean): string {
  const codes = exitList(exits).map(({ code, meaning }) => `${String(code).padStart(5)}  ${meaning}`);
  const parts = [
    ...(about === undefined ? [] : [about]),
    ['Examples:', ...exampleLines(examples)].join('\n'),
    ['Exit status:', ...codes].join('\n'),
    ...(takesJson ? [jsonErrors] : []),
  ];
  return `\n${parts.join('\n\n')}`;
}

/** Columns of an example with words after it. */
const minExampleWidth = 36;

function exampleLines(examples: readonly Example[]): string[] {
  const width = Math.max(
    minExampleWidth,
    ...examples.filter(({ what }) => what).map(({ line }) => line.length),
  );
  return examples.map(
    ({ line, what }) => `  $ ${what === undefined ? line : `${line.padEnd(width)}  ${what}`}`,
  );
}
