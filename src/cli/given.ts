// What a command is given: its words, which commander has split into flags and arguments, read and checked by the rules of
// their declarations. So a flag and a setting of one kind take the same, and say the same of what is wrong.

import type { Command } from 'commander';
import { Option } from 'commander';
import { longName } from '../config/about.js';
import { problemWith, type Rule, readText, readTyped } from '../config/kinds/rule.js';
import type { Settings } from '../config/settings.js';
import { variable } from '../environment.js';
import { UsageError } from '../errors.js';
import type { Argument, CommandDeclaration, FlagName, Given } from './declared/command.js';
import { flagIn, flagOf, isSetting } from './declared/flag.js';

/** For commander, which only collects what was typed. */
export function optionFor(name: FlagName, command: CommandDeclaration): Option {
  const flag = flagIn(command, name);
  const option = new Option(flag.flag);
  // Only a switch is the opposite of another: `--no-proxy <hosts>` isn't that of `--proxy`.
  if (flag.kind !== 'boolean') option.negate = false;
  if (flag.isMany || flag.kind === 'list') return collecting(option);
  return flag.kind === 'boolean' ? option : single(option);
}

/** Refuses a second value: one of the two would be ignored. */
function single(option: Option): Option {
  return option.argParser((value: string, before: string | undefined) => {
    if (before === undefined) return value;
    throw new UsageError(`${option.long}: given twice, but it takes one value.`);
  });
}

function collecting(option: Option): Option {
  return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
}

/** For the earlier names of flags. */
export function earlierOptions({ earlier = {} }: CommandDeclaration): Option[] {
  return Object.entries(earlier).map(([name, flag]) => {
    const option = new Option(flag).hideHelp();
    const { kind } = flagOf(name as FlagName);
    return kind === 'list' ? collecting(option) : single(option);
  });
}

/**
 * Reads what commander has split.
 * @throws {UsageError} naming the flag or argument that is wrong
 */
export function readGiven(command: Command, declaration: CommandDeclaration): Given {
  const flags: Record<string, unknown> = {};
  // The declaration says which flags there are, and of what type.
  const given: Given = { arguments: {}, flags: flags as Given['flags'], settings: {} };
  for (const [place, argument] of (declaration.arguments ?? []).entries()) {
    const values: Record<string, unknown> = given.arguments;
    values[argument.name] = argumentValue(argument, command.processedArgs[place]);
  }
  for (const name of declaration.flags) {
    const typed = typedFor(name, command, declaration.earlier?.[name]);
    const times = declaration.apart?.[name as keyof Settings];
    if (times !== undefined) {
      const values = typed === undefined ? undefined : [typed].flat().map((one) => flagValue(name, one));
      flags[name] = times === 'many' ? values : values?.[0];
    } else if (isSetting(name)) {
      if (typed !== undefined) given.settings[name as keyof Settings] = typed;
    } else {
      flags[name] = ownValue(name, typed);
    }
  }
  return given;
}

/** What was typed for a flag, by its name or by its earlier one. */
function typedFor(name: FlagName, command: Command, earlier: string | undefined): unknown {
  const names: string[] = [name];
  if (earlier !== undefined) names.push(new Option(earlier).attributeName());
  const typed = names.find((one) => command.getOptionValueSource(one) === 'cli');
  return typed === undefined ? undefined : command.getOptionValue(typed);
}

function ownValue(name: FlagName, typed: unknown): unknown {
  if (typed !== undefined) return flagValue(name, typed);
  const flag = flagOf(name);
  const text = flag.env === undefined ? undefined : variable(flag.env);
  if (text !== undefined) return checked(flag, readText(flag, text), flag.env!);
  return flag.kind === 'boolean' ? false : flag.default;
}

function flagValue(name: FlagName, typed: unknown): unknown {
  const flag = flagOf(name);
  return checked(flag, readTyped(flag, typed), longName(flag.flag));
}

function argumentValue(argument: Argument, words: unknown): unknown {
  const one = (word: string) => checked(argument, readText(argument, word), argument.name);
  if (argument.isMany) return (words as string[]).map(one);
  const word = (words as string | undefined) ?? argument.default;
  return word === undefined ? undefined : one(word);
}

function checked(rule: Rule, value: unknown, origin: string): unknown {
  const problem = problemWith(rule, value);
  if (problem !== undefined) throw new UsageError(`${origin}: ${problem}.`);
  return value;
}
