// Opens the servers of a run as one embedder with retries. All must have the same vector space, and each must keep it. A
// server that is down is left out and tried again later, while another one is up.
import { withRetry } from '../embedders/back-off.js';
import { measureServer, unlikeSentence, withSingles } from '../embedders/guard/batch-check.js';
import { withSpaceGuard } from '../embedders/guard/space-guard.js';
import type { ServerAddress, ServerEmbedder } from '../embedders/pool/member.js';
import { poolOf } from '../embedders/pool/pool.js';
import { wrapEmbedder } from '../embedders/wrap-embedder.js';
import { ServiceError, WrongVectorsError } from '../errors.js';
import { isChanged, isDown } from '../fault-policy.js';
import { whereIs } from '../text/masked-address.js';
import { estimateCounter } from '../tokens/estimating-counter.js';
import type { Embedder } from '../types/embedder.js';
import { settledInTime } from './ask-in-time.js';
import { type Absent, withLatecomers } from './late-servers.js';
import { maxTexts } from './limiter-settings.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { withRequestEvents } from './request-events.js';
import { compareMembers, type OpenedMember } from './same-space.js';

/** What servers of one kind have in common. */
export interface ServerKind<Address extends ServerAddress> {
  /** Opens one. @throws {ServiceError} when it is down, or lacks the model */
  open(address: Address, signal: AbortSignal): Promise<ServerEmbedder>;
  /** Whether a server may give the vector space. @default each may */
  leads?(address: Address): boolean;
}

/**
 * Opens the servers at the addresses.
 * @throws {ServiceError} when all servers are down, or one lacks the model
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 */
export async function openServers<Address extends ServerAddress>(
  addresses: readonly Address[],
  kind: ServerKind<Address>,
  options: OpenEmbedderOptions,
): Promise<OpenedEmbedder> {
  const { settings, signal, events, pinnedCounter } = options;
  const open = (address: Address, signal: AbortSignal) => openMember(address, kind, { ...options, signal });
  const end = new AbortController();
  const ending = AbortSignal.any([signal, end.signal]);
  const works = addresses.map((address) => open(address, ending));
  const leads = addresses.map((address) => kind.leads?.(address) ?? true);
  const { opened, absent } = await openAll(addresses, works, leads).catch((error) => {
    end.abort(error);
    throw error;
  });
  const [first, ...others] = opened;
  // A bad text fails all tries of its request: that alone must not open the circuit.
  const failures = Math.max(5, settings.maxRetries + 2);
  const pool = poolOf([first.member, ...others.map((one) => one.member)], { failures, events });
  for (const { address, error } of absent) {
    const why = error?.message ?? 'it has not answered yet, but other servers have.';
    const until = isChanged(error) ? 'its vectors match' : 'it is back';
    events.notice(`Going on without ${whereIs(address.url)} until ${until}: ${why}`, 'server-left-out');
  }
  const complete =
    absent.length === 0
      ? pool
      : withLatecomers(pool, {
          absent,
          first,
          open,
          signal,
          end,
          events,
        });
  const retrying = withRetry(complete, { retries: settings.maxRetries, signal, events });
  const unlike = opened.find(({ measured }) => measured.unlike !== undefined)?.measured.unlike;
  return { embedder: withPinnedCounter(retrying, pinnedCounter), measured: { ...first.measured, unlike } };
}

/**
 * Opens the servers. At least one that leads is open in the result, as the first, and all open ones have its space. The
 * rest is down, or takes longer than the others, or changed while it was opened.
 */
async function openAll<Address extends ServerAddress>(
  addresses: readonly Address[],
  works: readonly Promise<OpenedMember>[],
  leads: readonly boolean[],
): Promise<{
  opened: [OpenedMember, ...OpenedMember[]];
  absent: Absent<Address>[];
}> {
  const opened: OpenedMember[] = [];
  const absent: Absent<Address>[] = [];
  const failures: unknown[] = [];
  const changed: Absent<Address>[] = [];
  const results = await settledInTime(
    works,
    works.filter((_, index) => leads[index]),
  );
  let first: OpenedMember | undefined;
  for (const [index, result] of results.entries()) {
    const address = addresses[index]!;
    if (!result) absent.push({ address, opening: works[index]! });
    else if (result.status === 'fulfilled') {
      opened.push(result.value);
      if (leads[index]) first ??= result.value;
    } else if (isChanged(result.reason)) changed.push({ address, error: result.reason });
    else if (isDown(result.reason)) absent.push({ address, error: result.reason });
    else failures.push(result.reason);
  }
  const others = opened.filter((one) => one !== first);
  // The unchanged servers are enough to begin with. The changed ones are measured again later.
  if (first) absent.push(...changed);
  else failures.push(...changed.map(({ error }) => error));
  try {
    // Report wrong vectors first: other failures may pass, or another server can do the work.
    const wrong = failures.find((failure) => failure instanceof WrongVectorsError);
    if (wrong) throw wrong;
    if (first) for (const other of others) requireSameSpace(first, other);
    if (failures.length > 0) throw failures[0];
    if (first === undefined) throw allDown(absent.flatMap(({ error }) => error ?? []));
    return { opened: [first, ...others], absent };
  } catch (error) {
    await Promise.all(opened.map(({ member }) => member.embedder.close()));
    for (const { opening } of absent)
      opening?.then(
        ({ member }) => member.embedder.close(),
        () => {},
      );
    throw error;
  }
}

function allDown(errors: Error[]): ServiceError {
  const [first] = errors;
  const cause = first instanceof ServiceError ? first.cause : first;
  const message = first?.message ?? '';
  return new ServiceError(
    errors.length === 1 ? message : `None of the ${errors.length} servers answers; the first one: ${message}`,
    { cause },
  );
}

function requireSameSpace(first: OpenedMember, other: OpenedMember): void {
  const comparison = compareMembers(first, other);
  if (comparison.same) return;
  throw new WrongVectorsError(
    `${other.member.where} gives other vectors than the one at ${first.member.url} (${comparison.reason}): ` +
      'use servers of one version and one model, or leave one out.',
    { reason: 'unlike-servers' },
  );
}

async function openMember<Address extends ServerAddress>(
  address: Address,
  kind: ServerKind<Address>,
  options: OpenEmbedderOptions,
): Promise<OpenedMember> {
  const { settings, mostTexts = maxTexts, signal, events } = options;
  const server = await kind.open(address, signal);
  try {
    await options.beforeFirstText?.(server);
    const { where } = server;
    const counted = withRequestEvents(server, where, events);
    const { losses } = server;
    const retries = { retries: settings.maxRetries, signal, events };
    const batchSize = Math.min(settings.batchSize ?? mostTexts, mostTexts);
    const measured = await measureServer(withRetry(counted, retries), { where, batchSize, signal });
    const { space, unlike } = measured;
    const requests = unlike === undefined ? counted : withSingles(counted);
    const embedder = withSpaceGuard(
      server,
      requests,
      { space, losses },
      { batchSize: unlike === undefined ? batchSize : 1, batchTokens: measured.batchTokens ?? 0, events },
    );
    // The digest was read before the canaries were measured: check that it is still the same.
    await embedder.confirm({ signal });
    if (unlike !== undefined) events.warning(unlikeSentence(where, unlike), 'batch-changes-vectors');
    const member = {
      url: server.url,
      where,
      weight: address.weight,
      embedder,
      refusesToCut: server.refusesToCut,
      msPerToken: () => server.msPerToken,
      isUnsure: () => embedder.isUnsure(),
      confirm: embedder.confirm,
      mark: embedder.mark,
      reconsider: embedder.reconsider,
    };
    return { member, measured };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Keeps an estimating counter for an output that was made with it: an exact one would move the chunks' boundaries. */
export function withPinnedCounter(embedder: Embedder, pinned: string | undefined): Embedder {
  const estimate = estimateCounter();
  if (pinned !== estimate.id || embedder.counter.id === pinned) return embedder;
  const { counter } = embedder;
  return {
    ...wrapEmbedder(embedder, (texts, options) => embedder.embed(texts, options)),
    counter: { ...estimate, ...(counter.knows && { knows: (text) => counter.knows!(text) }) },
  };
}
