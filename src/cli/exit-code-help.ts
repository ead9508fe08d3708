// What the help says of exit codes: of each command those that it can end with.
import { exitCodes } from '../errors.js';

type Exit = keyof typeof exitCodes | 'stopped';

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

const every = {
  done: true,
  unexpected: true,
  usage: true,
  someFailed: true,
  service: true,
  output: true,
  locked: true,
  stopped: true,
} as const;

/** By command, as it is typed; what differs from the meanings that all share is in words of its own. */
export const exitsByCommand: Readonly<Record<string, Partial<Record<Exit, string | true>>>> = {
  '': every,
  ingest: {
    ...every,
    stopped: 'stopped by a signal, progress kept (129 and 143 likewise)',
  },
  search: { done: true, unexpected: true, usage: true, service: true, output: true, stopped: true },
  verify: {
    done: 'the output is whole',
    unexpected: true,
    usage: true,
    output: 'the output is damaged, or made by a newer version',
  },
  config: { done: true, unexpected: true, usage: true },
  doctor: {
    done: 'all is fine',
    unexpected: 'a check fails, or unexpected error',
    usage: true,
    stopped: true,
  },
  cache: { done: true, unexpected: true, usage: true, service: "the cache can't be used" },
  serve: {
    done: 'stopped by a signal, all that was under way answered',
    unexpected: true,
    usage: "wrong usage or configuration, or the address can't be used",
    service: "a named cache can't be used, or the servers give wrong vectors",
  },
  bench: {
    done: true,
    unexpected: 'a speed fell by more than --max-regression, or unexpected error',
    usage: true,
    service: true,
    stopped: true,
  },
};

const jsonErrors = `
With --json, an error is an object on standard output, too:
  {"schema": 1, "error": {"code": …, "message": …, "exit": …}}`;

/** The end of a command's help; '' is the program. */
export function exitStatus(command: string): string {
  const exits = Object.entries(exitsByCommand[command] ?? {}) as [Exit, string | true][];
  const lines = exits.map(([exit, own]) => {
    return `${String(codes[exit]).padStart(5)}  ${own === true ? meanings[exit] : own}`;
  });
  return ['\nExit status:', ...lines, jsonErrors].join('\n');
}
