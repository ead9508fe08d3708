// src/cli/completion: what completes a command line in bash, zsh and fish.
//
// In: the declarations. Out: a script for a shell, which asks nothing of the program while it completes, so that it is
// there at once. This file gathers what can be typed; bash.ts, zsh.ts and fish.ts write it down.
// What must hold: a script defines functions and registers them; words of ours are quoted, and none comes from outside.
import type { KindName, Rule } from '../../config/kinds/rule.js';
import type { CommandDeclaration, Declarations, FlagName } from '../declared/command.js';
import { flagIn } from '../declared/flag.js';
import { allOf } from '../help/page-for.js';
import { topics } from '../help/topics.js';

/** What a flag or an argument takes: nothing, one of some words, a file, a folder, or what only its user knows. */
export type Takes =
  | { kind: 'nothing' | 'files' | 'folders' | 'anything' }
  | { kind: 'words'; words: readonly string[] };

export interface CompletedFlag {
  /** `-o` and `--out`, or one of them. */
  names: readonly string[];
  help: string;
  takes: Takes;
  isMany: boolean;
}

export interface CompletedCommand {
  /** Its name, after that of its group. */
  words: readonly string[];
  summary: string;
  /** Of a group. */
  commands: readonly { name: string; summary: string }[];
  flags: readonly CompletedFlag[];
  /** The arguments, in their order; the last counts for all that follow, when it takes many. */
  arguments: readonly { takes: Takes; isMany: boolean }[];
}

const helpFlag: CompletedFlag = {
  names: ['-h', '--help'],
  help: 'say what there is, in short or at length',
  takes: { kind: 'nothing' },
  isMany: false,
};

/** All commands, the program first. */
export function completedCommands(declarations: Declarations): CompletedCommand[] {
  const all = allOf(declarations);
  return [
    {
      words: [],
      summary: '',
      commands: declarations.map(({ name, summary }) => ({ name, summary })),
      flags: [helpFlag, { ...helpFlag, names: ['-V', '--version'], help: 'print the version' }],
      arguments: [],
    },
    ...all.map(({ declared, before }) => {
      const words = [...before.split(' ').slice(1), declared.name];
      if ('commands' in declared) {
        const commands = declared.commands.map(({ name, summary }) => ({ name, summary }));
        return { words, summary: declared.summary, commands, flags: [helpFlag], arguments: [] };
      }
      return { words, summary: declared.summary, commands: [], ...ofCommand(declared, all) };
    }),
  ];
}

function ofCommand(
  declared: CommandDeclaration,
  all: ReturnType<typeof allOf>,
): Pick<CompletedCommand, 'flags' | 'arguments'> {
  return {
    flags: [...declared.flags.map((name) => completedFlag(declared, name)), helpFlag],
    arguments: (declared.arguments ?? []).map((argument) => ({
      takes: declared.name === 'help' ? helpWords(all) : takesOf(argument, ''),
      isMany: argument.isMany === true,
    })),
  };
}

function helpWords(all: ReturnType<typeof allOf>): Takes {
  const commands = all.map(({ declared }) => declared.name);
  return { kind: 'words', words: [...new Set([...commands, ...topics.map(({ name }) => name)])] };
}

function completedFlag(declared: CommandDeclaration, name: FlagName): CompletedFlag {
  const flag = flagIn(declared, name);
  const [names = '', placeholder = ''] = flag.flag.split(/ (?=<)/);
  return {
    names: names.split(', '),
    help: flag.help,
    takes: takesOf(flag, placeholder),
    isMany: flag.isMany || flag.kind === 'list',
  };
}

const simple: { readonly [kind in KindName]?: Takes } = {
  boolean: { kind: 'nothing' },
  path: { kind: 'files' },
};

function takesOf(rule: Rule, placeholder: string): Takes {
  if (rule.kind === 'choice') return { kind: 'words', words: rule.choices };
  if (rule.kind === 'list') return takesOf(rule.of, placeholder);
  if (placeholder === '<file>') return { kind: 'files' };
  if (placeholder === '<dir>') return { kind: 'folders' };
  return simple[rule.kind] ?? { kind: 'anything' };
}
