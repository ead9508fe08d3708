// src/cli/declared: the commands, each declared once, as data: arguments, flags, examples, exit codes. From here come the
// parser, `--help`, and the types of what a command is given.
//
// A file per command; flags.ts has the flags that are no settings, all.ts the list of commands with what runs them.
import type { declared } from '../../config/declared.js';
import type { Rule, ValueOf } from '../../config/kinds/rule.js';
import type { Settings } from '../../config/settings.js';
import type { Exits } from './exits.js';
import type { OwnFlags } from './flags.js';

export type FlagName = keyof Settings | keyof OwnFlags;

export type Argument = Rule & {
  name: string;
  help: string;
  /** Takes all words that are left; read as a list. */
  isMany?: true;
  isRequired?: true;
  default?: string;
};

export interface Example {
  /** As it is typed in a shell. */
  line: string;
  /** What it does, where that doesn't show. */
  what?: string;
}

/** What all commands have, those with subcommands, too. */
export interface Declaration {
  /** As it is typed after the program's name, or after that of the group. */
  name: string;
  /** In the list of commands, and at the top of its help. */
  summary: string;
  /** Words that others have for it, by which it is suggested. */
  alike?: readonly string[];
  /** Below the flags in its help. */
  about?: string;
  examples: readonly Example[];
  exits: Exits;
}

/** A group of commands, such as `embed cache`. */
export interface GroupDeclaration extends Declaration {
  commands: readonly CommandDeclaration[];
}

/** All that is to be told of commands: those of the top, with what is in groups. */
export type Declarations = readonly (CommandDeclaration | GroupDeclaration)[];

export interface CommandDeclaration extends Declaration {
  arguments?: readonly Argument[];
  /** Those of settings and its own, in the order of the help. */
  flags: readonly FlagName[];
  /** Earlier names of flags in this command, such as `--wait <time>`: taken, not in its help. */
  earlier?: { readonly [key in FlagName]?: string };
  /** Flags that mean something of their own in this command: what its help says of them, and in which group. */
  here?: { readonly [key in FlagName]?: { help: string; group: string } };
  /** Flags of settings that it is given among its own, not among the settings; `many` may be repeated. */
  apart?: { readonly [key in keyof Settings]?: 'once' | 'many' };
}

type Declared = typeof declared;
type Always<Value, D> = D extends { default: unknown } ? Value : Value | undefined;

type FlagValue<K> = K extends keyof OwnFlags
  ? OwnFlags[K] extends { kind: 'boolean' }
    ? boolean
    : Always<ValueOf<OwnFlags[K]>, OwnFlags[K]>
  : never;

type ApartValue<K, Times> = K extends keyof Declared
  ? (Times extends 'many' ? ValueOf<Declared[K]>[] : ValueOf<Declared[K]>) | undefined
  : never;

type ArgumentValue<A> = A extends { isMany: true }
  ? ValueOf<A>[]
  : A extends { isRequired: true } | { default: string }
    ? ValueOf<A>
    : ValueOf<A> | undefined;

/** What a command is given: its words, read and checked. */
export interface Given<D extends CommandDeclaration = CommandDeclaration> {
  arguments: D extends { arguments: readonly (infer A extends Argument)[] }
    ? { [One in A as One['name']]: ArgumentValue<One> }
    : Record<never, never>;
  /** Its own, and those of settings that it is given apart. */
  flags: { [K in Extract<D['flags'][number], keyof OwnFlags>]: FlagValue<K> } & (D extends {
    apart: infer T;
  }
    ? { [K in keyof T]: ApartValue<K, T[K]> }
    : unknown);
  /** Flags of settings as they were typed, for `loadSettings`. */
  settings: Partial<Record<keyof Settings, unknown>>;
}
