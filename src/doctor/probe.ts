// Runs the checks of one group, each within a time of its own and all within the report's: what hangs
// becomes a line that says so, and holds up nothing else.

import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';
import { EmbedError } from '../errors.js';
import { maskAddresses } from '../net/masked-address.js';
import type { Check, Finding, GroupName } from './check.js';
import { time } from './durations.js';

/** The time that all checks share. */
export class Budget {
  readonly #end: number;
  readonly signal: AbortSignal;

  constructor(ms: number, signal: AbortSignal) {
    this.#end = performance.now() + ms;
    this.signal = signal;
  }

  /** Milliseconds that are left; never negative. */
  get left(): number {
    return Math.max(0, this.#end - performance.now());
  }
}

type Look = (signal: AbortSignal) => Promise<Finding> | Finding;

export interface CheckOptions {
  /** The longest that it may take, in ms; less when the budget ends before. @default 2000 */
  timeoutMs?: number;
  /** What to say when it took longer. @default a failure: no answer */
  late?: (waitedMs: number) => Finding;
  /** For how long a failure is looked at again, in ms, beyond the longest time of a look. @default 0 */
  waitMs?: number;
  /** Not looked at counts as failed. @default false */
  isNeeded?: boolean;
  /** What mends a failure that names nothing itself. */
  mend?: string;
}

/** Between two looks at what may be on its way, in ms. */
const PAUSE_MS = 500;

/** Who gave no answer within less than this, in ms, need not be at fault: others had taken the time. */
const LEAST_MS = 500;

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
   * Looks, and keeps what was found as a line. A known error is a failure with its own sentence.
   * @param look ends soon after its signal is aborted; nobody waits for it
   * @throws the reason of the budget's signal when it is aborted
   */
  async check(id: string, title: string, look: Look, options: CheckOptions = {}): Promise<Finding> {
    const { signal } = this.budget;
    const start = performance.now();
    const { waitMs = 0, late = noAnswer, mend } = options;
    const wantedMs = (options.timeoutMs ?? 2000) + waitMs;
    const timeoutMs = Math.min(wantedMs, this.budget.left);
    const isTooShort = timeoutMs < Math.min(wantedMs, LEAST_MS);
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

  /** Errors name the server; the group's heading has just done so. */
  #withoutSubject(seen: string): string {
    return seen.replace(`Ollama at ${this.subject} `, '').replace(`Redis at ${this.subject} `, '');
  }
}

/** The lines are there to be shown to others. */
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

/** The same look until it finds no failure, or the time is over. */
function patiently(look: Look, waitMs: number): Look {
  if (waitMs === 0) return look;
  const start = performance.now();
  return async (signal) => {
    for (;;) {
      const finding = await attempt(look, signal);
      if (finding.status !== 'failure' || performance.now() - start > waitMs) return finding;
      await sleep(PAUSE_MS, undefined, { signal });
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

/** An error as a phrase: ours are sentences, of others the first line. */
export function said(error: unknown): string {
  const text = maskAddresses(error instanceof Error ? error.message : String(error));
  return error instanceof EmbedError ? text.replace(/\.$/, '') : `unexpected: ${text.split('\n')[0]}`;
}
