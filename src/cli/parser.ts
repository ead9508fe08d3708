// The parser of the command line, set up from the declarations. What `--help` prints is made by help/.
import { Argument, Command, type HelpContext } from 'commander';
import { readPackage } from '../package.js';
import { allCommands, declarations, type Group, type Runnable } from './declared/all.js';
import type { Argument as DeclaredArgument, Given } from './declared/command.js';
import { program as declaredProgram } from './declared/program.js';
import { earlierOptions, optionFor, readGiven } from './given.js';
import { unknownCommand } from './unknown-command.js';

/** Called with the command that was asked for, and what it is given. */
export type Act = (command: Runnable, given: Given) => Promise<void>;

/** Prints the help of a command. @param words its name, after that of its group; none for the program */
export type ShowHelp = (words: readonly string[], isError: boolean) => void;

/**
 * @param act called for a command line that is right
 * @param showHelp called where help is asked for
 */
export function createParser(act: Act, showHelp: ShowHelp = () => undefined): Command {
  const program = new DeclaredCommand(declaredProgram.name, [], showHelp)
    .version(readPackage().version, '-V, --version')
    .helpCommand(false);
  for (const command of allCommands) {
    program.addCommand('commands' in command ? groupFor(command) : runnableFor(command, []));
  }
  refuseOthers(program, []);
  return program;

  function groupFor({ declared: { name }, commands }: Group): Command {
    const group = new DeclaredCommand(name, [name], showHelp).helpCommand(false);
    for (const command of commands) group.addCommand(runnableFor(command, [name]));
    refuseOthers(group, [name]);
    return group;
  }

  function runnableFor(runnable: Runnable, groups: readonly string[]): Command {
    const { declared } = runnable;
    const command = new DeclaredCommand(declared.name, [...groups, declared.name], showHelp);
    for (const argument of declared.arguments ?? []) command.addArgument(argumentFor(argument));
    for (const name of declared.flags) command.addOption(optionFor(name, declared));
    for (const option of earlierOptions(declared)) command.addOption(option);
    return command.action(() => act(runnable, readGiven(command, declared)));
  }
}

/** A command whose help is a page of ours. */
class DeclaredCommand extends Command {
  readonly #words: readonly string[];
  readonly #showHelp: ShowHelp;

  constructor(name: string, words: readonly string[], showHelp: ShowHelp) {
    super(name);
    this.#words = words;
    this.#showHelp = showHelp;
  }

  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    this.#showHelp(this.#words, typeof context === 'object' && context.error === true);
  }
}

function refuseOthers(command: Command, words: readonly string[]): void {
  command.on('command:*', ([word]: string[]) => {
    throw unknownCommand(declarations, [...words, word ?? '']);
  });
}

function argumentFor({ name, isMany, isRequired }: DeclaredArgument): Argument {
  const word = isMany ? `${name}...` : name;
  return new Argument(isRequired ? `<${word}>` : `[${word}]`);
}
