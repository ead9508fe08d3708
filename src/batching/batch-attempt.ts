// Sends one batch. When it fails, it finds the cause: either the server is down (an outage), or a text is bad. A bad
// text is found by halving the batch, so that all other texts still get their vectors.

import { debug } from '../debug.js';
import { EmbedderFault, ServiceError } from '../errors.js';
import { faultIn, isLate, isResting, isTooLong, mayPass, policyOf } from '../fault-policy.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { Priority, Slot, TraceContext } from '../types/requests.js';
import type { Vector } from '../types/vector.js';
import type { Ticket } from './ticket.js';
import type { SlottedEmbedder } from './unpooled-slots.js';

export interface AttemptOptions {
  embedder: SlottedEmbedder;
  metrics: BatchMetrics;
  /** A harmless text that the embedder has accepted: it tells a bad text from a server that is down. */
  canary: string;
  signal: AbortSignal;
  /** Waits for a server that is down. @returns true when it is back */
  comeback?: ((outage: ServiceError) => Promise<boolean>) | undefined;
  onAnswer(batch: readonly Ticket[], vectors: readonly Vector[]): void;
  onFault(ticket: Ticket, fault: EmbedderFault): void;
}

/** How one batch is sent. */
export interface Sending {
  slot: Slot;
  /** Max texts of the batch when it was packed. */
  maxTexts: number;
  /** True for half of a batch that timed out in all its tries: it gets only one try, as it may hang the server again. */
  onceLate?: boolean;
}

/** When the server went down more often than this after a batch, the batch is the cause. */
const maxComebacks = 2;

/**
 * When this resolves, every ticket of the batch has a vector or a fault.
 * @throws {ServiceError} when the server is down, or can't be used any more; answered tickets keep their vectors
 * @throws the signal's reason
 */
export async function attempt(
  batch: readonly Ticket[],
  options: AttemptOptions,
  sending: Sending,
  serverIsUp = false,
  comebacks = 0,
): Promise<void> {
  const fault = await send(batch, options, sending);
  if (!fault) return;
  const { onFault, metrics } = options;
  const outage = await outageBehind(fault, batch, options, serverIsUp, comebacks);
  if (outage) {
    if (!(await isBack(outage, options))) throw outage.error;
    if (comebacks < maxComebacks) return attempt(batch, options, sending, false, comebacks + 1);
  } else if (isResting(fault)) {
    // It was never sent.
    return attempt(batch, options, sending, true, comebacks + 1);
  }
  if (batch.length === 1) return onFault(batch[0]!, fault);
  if (!serverIsUp) metrics.halved();
  debug.batching?.(`a batch of ${batch.length} texts failed (${fault.meaning}): sending its halves`);
  const middle = batch.length >> 1;
  const half = { ...sending, onceLate: isLate(fault) };
  await attempt(batch.slice(0, middle), options, half, !outage, comebacks);
  await attempt(batch.slice(middle), options, half, !outage, comebacks);
}

/** @returns the fault; undefined when it was answered */
async function send(
  batch: readonly Ticket[],
  options: AttemptOptions,
  { slot, maxTexts, onceLate = false }: Sending,
): Promise<EmbedderFault | undefined> {
  const { embedder, metrics, signal } = options;
  const tokens = batch.reduce((sum, ticket) => sum + ticket.tokens, 0);
  const texts = batch.map((ticket) => ticket.text);
  metrics.sent({ texts: texts.length, tokens, maxTexts });
  const start = performance.now();
  let ms: number | undefined;
  try {
    const vectors = await embedder.embed(texts, {
      ...batch[0]!.kind,
      signal,
      tokens,
      slot,
      onceLate,
      priority: mostUrgent(batch),
      trace: commonTrace(batch),
      onAnswer: () => {
        ms = performance.now() - start;
      },
    });
    if (vectors.length !== batch.length) throw wrongCount(vectors.length, batch.length);
    metrics.answered({ texts: texts.length, tokens, ms: ms ?? performance.now() - start });
    options.onAnswer(batch, vectors);
    return undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof EmbedderFault)) throw error;
    metrics.failed({ texts: texts.length, meaning: error.meaning });
    return error;
  }
}

/** The trace of all its texts: a request names one parent at most, and the work of others isn't a part of it. */
function commonTrace(batch: readonly Ticket[]): TraceContext | undefined {
  const { trace } = batch[0]!;
  return batch.every((ticket) => ticket.trace?.traceparent === trace?.traceparent) ? trace : undefined;
}

function mostUrgent(batch: readonly Ticket[]): Priority {
  return batch.reduce<Priority>((most, { priority }) => (priority < most ? priority : most), 4);
}

/** Our own embedders check their answers, but one from the caller may not: a text without a vector would wait for ever. */
function wrongCount(vectors: number, texts: number): EmbedderFault {
  return new EmbedderFault(
    'bad-answer',
    `The embedder gave ${vectors} vectors for ${texts} texts: it needs one for each.`,
  );
}

interface Outage {
  error: ServiceError;
  /** True when waiting may help. */
  passing: boolean;
}

/** The outage that caused a fault; undefined when a text is the cause. */
async function outageBehind(
  fault: EmbedderFault,
  batch: readonly Ticket[],
  options: AttemptOptions,
  serverIsUp: boolean,
  comebacks: number,
): Promise<Outage | undefined> {
  if (isTooLong(fault)) return undefined;
  const { ofText, opensCircuit } = policyOf(fault);
  const rests = isResting(fault) && comebacks < maxComebacks && isOfTexts(fault, serverIsUp);
  if (ofText === 'never' && !rests) return outageOf(fault, fault);
  // The server was up, and such a fault shows that it still is: the canary is sent again only before a single text is
  // given up. After other faults, the canary's answer also keeps the circuit closed.
  if (serverIsUp && batch.length > 1 && !opensCircuit && !rests) return undefined;
  const { embedder, canary, signal } = options;
  // The canary is the probe, so an open circuit must not block it.
  if (rests) embedder.resetBreakers?.();
  try {
    await embedder.embed([canary], { signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return outageOf(fault, error);
  }
}

/** True when bad texts, and the search for them, may have opened the circuit of a healthy server. */
function isOfTexts({ cause }: EmbedderFault, serverIsUp: boolean): boolean {
  const last = faultIn(cause);
  return serverIsUp || (last !== undefined && policyOf(last).ofText === 'likely');
}

/** @param fault shown to the user; @param cause the fault of the canary */
function outageOf(fault: EmbedderFault, cause: unknown): Outage {
  const passing = !(cause instanceof EmbedderFault) || mayPass(cause);
  return { error: new ServiceError(fault.message, { cause }), passing };
}

async function isBack({ error, passing }: Outage, { comeback }: AttemptOptions): Promise<boolean> {
  if (!passing || !comeback) return false;
  try {
    return await comeback(error);
  } catch (cause) {
    // It is back, but can't be used: it has another model or other vectors.
    if (cause instanceof EmbedderFault) throw new ServiceError(cause.message, { cause });
    throw cause;
  }
}
