// The parser of the command line, set up from the declarations.
import { Argument, Command } from 'commander';
import { readPackage } from '../package.js';
import { allCommands, type Group, type Runnable } from './declared/all.js';
import type { Declaration, Argument as DeclaredArgument, Given } from './declared/command.js';
import { program as declaredProgram } from './declared/program.js';
import { earlierOptions, optionFor, readGiven } from './given.js';
import { describe, helpBelow } from './help.js';

/** Called with the command that was asked for, and what it is given. */
export type Act = (command: Runnable, given: Given) => Promise<void>;

/** @param act called for a command line that is right */
export function createParser(act: Act): Command {
  const program = commandFor(declaredProgram, true).version(readPackage().version, '-V, --version');
  for (const command of allCommands) {
    program.addCommand('commands' in command ? groupFor(command, act) : runnableFor(command, act));
  }
  return program;
}

function commandFor(declared: Declaration, takesJson: boolean): Command {
  return new Command(declared.name)
    .description(declared.summary)
    .addHelpText('after', helpBelow(declared, takesJson));
}

function takesJson({ declared }: Runnable): boolean {
  return declared.flags.includes('json');
}

function groupFor({ declared, commands }: Group, act: Act): Command {
  const group = commandFor(declared, commands.some(takesJson));
  for (const command of commands) group.addCommand(runnableFor(command, act));
  return group;
}

function runnableFor(runnable: Runnable, act: Act): Command {
  const { declared } = runnable;
  const command = commandFor(declared, takesJson(runnable));
  for (const argument of declared.arguments ?? []) command.addArgument(argumentFor(argument));
  for (const name of declared.flags) command.addOption(optionFor(name, declared));
  for (const option of earlierOptions(declared)) command.addOption(option);
  return command.action(() => act(runnable, readGiven(command, declared)));
}

function argumentFor(argument: DeclaredArgument): Argument {
  const { name, isMany, isRequired } = argument;
  const word = isMany ? `${name}...` : name;
  return new Argument(isRequired ? `<${word}>` : `[${word}]`, describe(argument, { env: false }));
}
