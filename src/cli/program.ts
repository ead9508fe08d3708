// src/cli: the command line: flags, printing and exit codes. The work is in src/commands.
//
// In: argv. Out: text on two streams, and an exit code. declared/ says what commands there are and what they take,
// parser.ts sets commander up from it, commands/ holds what runs each, terminal/ all that is printed (no other folder
// prints), signals.ts turns signals into one AbortSignal. Here, errors become exit codes.
import { type Command, CommanderError } from 'commander';
import { debug, startDebug } from '../debug.js';
import { variable } from '../environment.js';
import { exitCodes } from '../exit-codes.js';
import { readPackage } from '../package.js';
import { joined, type Printable, printable, say } from '../text/printable.js';
import type { Runnable } from './declared/all.js';
import type { Given } from './declared/command.js';
import { codedError } from './declared/outcome.js';
import type { HelpWanted } from './help/show.js';
import { createParser } from './parser.js';
import { printAsJson, reportAsJson, reportError } from './terminal/error-report.js';
import {
  fitNotices,
  flushResults,
  forgetResults,
  printNotice,
  printNotices,
  printResults,
  surviveClosedStreams,
} from './terminal/print.js';
import { forgetNotices } from './terminal/told-notices.js';

/** Runs one command line to its end; sets `process.exitCode`, never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  startDebug(variable('EMBED_DEBUG'), printNotice);
  const { version, platform, arch } = process;
  debug.run?.(`embed ${readPackage().version}, Node ${version}, ${platform} ${arch}`);
  let wanted: HelpWanted | undefined;
  /** What commander says of a wrong command line. */
  const said: string[] = [];
  const program = createParser(act, (words, isError) => {
    const isLong = argv.slice(0, endOf(argv)).includes('--help');
    wanted = { words, isLong, isError };
  });
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command
      .exitOverride()
      .configureOutput({
        // The version; help is printed by showHelp.
        writeOut: (text) => printResults(linesOf(text)),
        outputError: (text) => said.push(text),
      })
      .showSuggestionAfterError();
  }
  // From then on, it is known which word is a flag and which a value.
  let isParsed = false;
  program.hook('preAction', () => {
    isParsed = true;
  });
  forgetResults();
  forgetNotices();
  surviveClosedStreams();
  // Node would print it as it is.
  process.on('uncaughtException', (error) =>
    process.exit(reportError(error, commandOf(program, argv).opts().json === true)),
  );
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const command = commandOf(program, argv);
    // The pages of the help fit already, without what takes long to load.
    if (wanted === undefined) await fitNotices();
    else (await import('./help/show.js')).showHelp(wanted);
    for (const text of said) printNotices(errorOf(text));
    if (!(error instanceof CommanderError)) {
      process.exitCode = reportError(
        error,
        isParsed ? command.opts().json === true : asksForJson(command, argv),
      );
      return;
    }
    // Asking for help is no error.
    const isHelp = error.exitCode === 0 || error.code === 'commander.help';
    process.exitCode = isHelp ? exitCodes.done : exitCodes.usage;
    if (!isHelp) printNotice((await import('./help/show.js')).usageLine(wordsOf(command)));
    if (!isHelp && asksForJson(command, argv)) {
      const [message, guess] = sentenceOf(error.message.replace(/^error: /, ''));
      reportAsJson(codedError('EMBED_USAGE', `${message} ${guess}`.trim()));
    }
  }
}

/** Runs a command to its end; sets `process.exitCode`. */
async function act({ load }: Runnable, given: Given): Promise<void> {
  await fitNotices();
  const runCommand = await load();
  const { result, error, endsNow } = await runCommand(given);
  const { json = false } = given.flags as { json?: boolean };
  if (json) printAsJson({ result, error });
  process.exitCode = error?.exit ?? process.exitCode ?? exitCodes.done;
  if (!endsNow) return;
  await flushResults();
  process.exit(process.exitCode);
}

/** The subcommand that the first words name. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv.slice(2)) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

/** Whether a command that knows it was given --json, in words that can't all be understood. */
function asksForJson(command: Command, argv: readonly string[]): boolean {
  return (
    command.options.some(({ long }) => long === '--json') && argv.slice(0, endOf(argv)).includes('--json')
  );
}

/** Where the flags end. */
function endOf(argv: readonly string[]): number {
  const end = argv.indexOf('--');
  return end < 0 ? argv.length : end;
}

function wordsOf(command: Command): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()];
}

/** Lines of commander's, which hold our words only. */
function linesOf(text: string): Printable {
  return joined(
    text.split('\n').map((line) => printable(line, 1000)),
    say`\n`,
  );
}

/** What commander says of the arguments: one line, with a second one where it guesses what was meant. */
function errorOf(text: string): Printable {
  const [message, guess] = sentenceOf(text);
  return say`${printable(message, 1000)}\n${guess === '' ? say`` : say`${printable(guess)}\n`}`;
}

/**
 * The sentence of commander's message, and its guess; empty for another message. The message shows an unknown flag with
 * its value, and that may be a secret after a mistyped flag.
 */
function sentenceOf(text: string): [message: string, guess: string] {
  const [, message = '', guess = ''] = /^(.*?)(\n\(Did you mean [\w \-,?]+\))?\n?$/s.exec(text) ?? [];
  return [message.replace(/(unknown option '[^'=]*)=.*(?=')/s, '$1'), guess.trim()];
}
