// Signals become one AbortSignal; a second one ends the process at once.
import { constants } from 'node:os';

/** The run was stopped by a signal. */
export class SignalError extends Error {
  readonly exitCode: number;

  constructor(name: NodeJS.Signals, kept: string | undefined) {
    super(`Stopped by ${name}${kept === undefined ? '' : `; ${kept}`}.`);
    this.name = 'SignalError';
    this.exitCode = 128 + constants.signals[name];
  }
}

/** How long a process that was told to end waits for who reads its output, ms. */
const unreadMs = 1000;

const signalNames: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `work` under a signal that SIGINT, SIGTERM or SIGHUP aborts with a {@link SignalError}.
 * @param kept what a stop does not lose, for the message
 */
export async function withSignals<T>(work: (signal: AbortSignal) => Promise<T>, kept?: string): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort(new SignalError(name, kept));
  };
  for (const name of signalNames) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signalNames) process.off(name, stop);
    // A full pipe without a reader would keep the process for ever.
    if (controller.signal.aborted) setTimeout(() => process.exit(), unreadMs).unref();
  }
}
