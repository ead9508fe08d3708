// `embed doctor` without its flags: looks at all that a run needs, mends what is safe to mend, looks again.
import { type LoadOptions, readSettings } from '../config/load.js';
import { type Check, defaultTimeoutMs, type Status } from '../doctor/check.js';
import { examine, examineOnlyGateway } from '../doctor/run.js';
import { said } from '../doctor/run-check.js';
import { eventsFor, type RunEvents } from '../events.js';
import { accessOf } from '../upstream/ollama-settings.js';
import { asBegun } from './as-made.js';

export interface DoctorOptions extends LoadOptions {
  /** Look at the gateway there, and at nothing else. */
  gateway?: { url: string; token?: string | undefined };
  /** For all checks of one look together, in ms. @default 4000 */
  timeoutMs?: number;
  /** How long servers and models may take to come, in ms, beyond that. @default 0 */
  waitMs?: number;
  /** Do what is safe (pull a missing model, remove a stale lock, prune the cache), then look again. @default false */
  fix?: boolean;
  signal?: AbortSignal;
  /** Called before a fix that a stranger's file may have caused, such as a pull of a model. Without it, such a fix isn't done. */
  confirm?(what: string): Promise<boolean>;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<DoctorEvents>;
}

export interface DoctorEvents extends RunEvents {
  /** A fix begins. @param what it will do, as a phrase */
  fixing(what: string): void;
}

/** What one fix did. */
export interface FixResult {
  /** Id of the check that asked for it. */
  id: string;
  what: string;
  ok: boolean;
  /** Why it could not be done. */
  error?: string;
}

/** The JSON of `embed doctor --json`. Within one `schema`, fields are only ever added. */
export interface DoctorReport {
  schema: 1;
  /** No failure; warnings don't count. */
  ok: boolean;
  counts: Record<Status, number>;
  /**
   * In the order of the lines. Ids are stable; a check that needs one that failed is left out. What mends a
   * check is in its `mend`.
   */
  checks: Omit<Check, 'fix'>[];
  /** What `--fix` did; the checks are those of the look after it. Empty without it. */
  fixes: FixResult[];
}

/**
 * Never throws for what it finds: that is in the report.
 * @throws {UsageError} when the gateway's address is none
 * @throws the signal's reason when it is aborted
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const { signal = new AbortController().signal, cwd = process.cwd() } = options;
  const { timeoutMs = defaultTimeoutMs, waitMs = 0 } = options;
  if (options.gateway) {
    const { gatewayAddress } = await import('../doctor/checks/gateway.js');
    const { proxies } = accessOf((await readSettings(options)).settings);
    const address = gatewayAddress(options.gateway.url, options.gateway.token, proxies);
    return reportOf(await examineOnlyGateway(address, { timeoutMs, waitMs, signal }), []);
  }
  const read = asBegun(await readSettings(options), cwd);
  const look = () => examine({ read, cwd, timeoutMs, waitMs, signal });
  const checks = await look();
  if (!options.fix) return reportOf(checks, []);
  const fixes = await mend(checks, options, signal);
  return reportOf(fixes.length > 0 ? await look() : checks, fixes);
}

async function mend(
  checks: readonly Check[],
  { confirm, events }: DoctorOptions,
  signal: AbortSignal,
): Promise<FixResult[]> {
  const done = new Map<string, FixResult>();
  for (const { id, fix } of checks) {
    // Two checks may ask for the same.
    if (fix === undefined || done.has(fix.what)) continue;
    if (fix.doubt !== undefined && !(await confirm?.(`${fix.what} (${fix.doubt})`))) {
      signal.throwIfAborted();
      const error = confirm ? 'not wanted' : `${fix.doubt}: name it yourself, or run the command above`;
      done.set(fix.what, { id, what: fix.what, ok: false, error });
      continue;
    }
    events?.fixing?.(fix.what);
    try {
      await fix.run({ signal, events: eventsFor(events) });
      done.set(fix.what, { id, what: fix.what, ok: true });
    } catch (error) {
      signal.throwIfAborted();
      done.set(fix.what, { id, what: fix.what, ok: false, error: said(error) });
    }
  }
  return [...done.values()];
}

function reportOf(checks: readonly Check[], fixes: FixResult[]): DoctorReport {
  const counts: Record<Status, number> = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { status } of checks) counts[status]++;
  const lines = checks.map(({ fix: _, ...check }) => check);
  return { schema: 1, ok: counts.failure === 0, counts, checks: lines, fixes };
}
