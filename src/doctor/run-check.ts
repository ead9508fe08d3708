// Runs the checks of one group, each within its own time limit, and all within the report's. A check that hangs becomes a
// line that says so, and doesn't delay the others.

import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';
import { EmbedError } from '../errors.js';
import { time } from '../text/durations.js';
import { maskAddresses } from '../text/masked-address.js';
import type { Check, Finding, GroupName } from './check.js';

/** The time that all checks share. */
export class Budget {
  readonly #end: number;
  readonly signal: AbortSignal;

  constructor(ms: number, signal: AbortSignal) {
    this.#end = performance.now() + ms;
    this.signal = signal;
  }

  /** Remaining time in ms; never negative. */
  get left(): number {
    return Math.max(0, this.#end - performance.now());
  }
}

type Look = (signal: AbortSignal) => Promise<Finding> | Finding;

export interface CheckOptions {
  /** Max time of the check, in ms; less when the budget ends before. @default 2000 */
  timeoutMs?: number;
  /** The finding when it takes longer. @default a failure: no answer */
  late?: (waitedMs: number) => Finding;
  /** How long a failing check is repeated, in ms, beyond its max time. @default 0 */
  waitMs?: number;
  /** True when a check that can't run counts as failed. @default false */
  isNeeded?: boolean;
  /** The command that repairs a failure without its own one. */
  mend?: string;
}

/** Pause between two tries of a check, in ms. */
const pauseMs = 500;

/** Without an answer in less time than this, in ms, the check counts as skipped: other checks had used up the time. */
const minBlamedMs = 500;

export class Probe {
  readonly checks: Check[] = [];
  readonly group: GroupName;
  readonly subject: string | undefined;
  readonly budget: Budget;

  constructor(group: GroupName, budget: Budget, subject?: string) {
    this.group = group;
    this.budget = budget;
    this.subject = subject;
  }

  /**
   * Runs a check and adds its finding as a line. A known error becomes a failure with its own sentence.
   * @param look must end soon after its signal is aborted; it is not awaited
   * @throws the reason of the budget's signal when it is aborted
   */
  async check(id: string, title: string, look: Look, options: CheckOptions = {}): Promise<Finding> {
    const { signal } = this.budget;
    const start = performance.now();
    const { waitMs = 0, late = noAnswer, mend } = options;
    const wantedMs = (options.timeoutMs ?? 2000) + waitMs;
    const timeoutMs = Math.min(wantedMs, this.budget.left);
    const isTooShort = timeoutMs < Math.min(wantedMs, minBlamedMs);
    const again = patiently(look, Math.min(waitMs, this.budget.left));
    const finding =
      timeoutMs < 1
        ? outOfTime(options.isNeeded)
        : await within(timeoutMs, signal, again, () =>
            isTooShort ? outOfTime(options.isNeeded) : late(timeoutMs),
          );
    signal.throwIfAborted();
    debug.doctor?.(
      `${this.group}.${id}: ${finding.status} after ${Math.round(performance.now() - start)} ms`,
    );
    const subject = this.subject === undefined ? {} : { subject: this.subject };
    this.checks.push({
      id: `${this.group}.${id}`,
      group: this.group,
      ...subject,
      title,
      ...masked(finding),
      ...(finding.status === 'failure' && finding.mend === undefined && mend && { mend }),
      seen: maskAddresses(this.#withoutSubject(finding.seen)),
      ms: Math.round(performance.now() - start),
    });
    return finding;
  }

  /** Removes the server from an error's message, as the group's heading names it. */
  #withoutSubject(seen: string): string {
    const names = ['Ollama', 'Redis', 'The server'].map((who) => `${who} at ${this.subject} `);
    return names.reduce((rest, name) => rest.replace(name, ''), seen);
  }
}

/** Masks passwords, as users show these lines to others. */
function masked(finding: Finding): Finding {
  const { mend, details } = finding;
  return {
    ...finding,
    ...(mend !== undefined && { mend: maskAddresses(mend) }),
    ...(details && { details: details.map(maskAddresses) }),
  };
}

function outOfTime(isNeeded = false): Finding {
  return {
    status: isNeeded ? 'failure' : 'warning',
    seen: 'no time was left to look',
    mend: 'embed doctor --timeout 30s',
  };
}

function noAnswer(waitedMs: number): Finding {
  return { status: 'failure', seen: `no answer within ${time(waitedMs)}` };
}

async function within(ms: number, signal: AbortSignal, look: Look, late: () => Finding): Promise<Finding> {
  const control = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<Finding>((resolve, reject) => {
    timer = setTimeout(() => resolve(late()), ms);
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([attempt(look, control.signal), ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
    control.abort(new Error('the check is over'));
  }
}

/** Repeats a check until it finds no failure, or the time is over. */
function patiently(look: Look, waitMs: number): Look {
  if (waitMs === 0) return look;
  const start = performance.now();
  return async (signal) => {
    for (;;) {
      const finding = await attempt(look, signal);
      if (finding.status !== 'failure' || performance.now() - start > waitMs) return finding;
      await sleep(pauseMs, undefined, { signal });
    }
  };
}

async function attempt(look: Look, signal: AbortSignal): Promise<Finding> {
  try {
    return await look(signal);
  } catch (error) {
    return { status: 'failure', seen: said(error) };
  }
}

/** An error as a phrase: the message of our own errors, the first line of others. */
export function said(error: unknown): string {
  const text = maskAddresses(error instanceof Error ? error.message : String(error));
  return error instanceof EmbedError ? text.replace(/\.$/, '') : `unexpected: ${text.split('\n')[0]}`;
}
