// The exit codes that a command can end with, and what each means there.
import { exitCodes } from '../../exit-codes.js';

/** By name; what differs from the meaning that all commands share is in words of its own. */
export type Exits = { readonly [exit in keyof typeof exitCodes | 'stopped']?: true | string };

type Exit = keyof Exits;

const meanings: Readonly<Record<Exit, string>> = {
  done: 'done',
  unexpected: 'unexpected error',
  usage: 'wrong usage or configuration',
  someFailed: 'finished, but some documents failed',
  service: "a named service can't be reached or lacks the model",
  output: 'the output is of another vector space, damaged, or made by a newer version',
  locked: 'another run holds the lock',
  stopped: 'stopped by a signal (129 and 143 likewise)',
};

const codes: Readonly<Record<Exit, number>> = { ...exitCodes, stopped: 130 };

/** All of them, with the meaning that they share. */
export const everyExit = {
  done: true,
  unexpected: true,
  usage: true,
  someFailed: true,
  service: true,
  output: true,
  locked: true,
  stopped: true,
} as const satisfies Exits;

/** Each code with its meaning, in ascending order. */
export function exitList(exits: Exits): { code: number; meaning: string }[] {
  return (Object.entries(exits) as [Exit, true | string][])
    .map(([exit, own]) => ({ code: codes[exit], meaning: own === true ? meanings[exit] : own }))
    .sort((a, b) => a.code - b.code);
}
