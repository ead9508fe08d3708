// One batch to its end: sends it, and when it fails finds out whose fault that was. The server's is an
// outage; a text's is found by halving the batch, so that all others still get their vectors.

import { debug } from '../debug.js';
import { EmbedderFault, ServiceError } from '../errors.js';
import { faultIn, isLate, isResting, isTooLong, mayPass, policyOf } from '../fault-policy.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { Slot, Vector } from '../types.js';
import type { Ticket } from './ticket.js';
import type { SlottedEmbedder } from './unpooled-slots.js';

export interface AttemptOptions {
  embedder: SlottedEmbedder;
  metrics: BatchMetrics;
  /** A harmless text that the embedder is known to accept: tells a bad text from a server that is down. */
  canary: string;
  signal: AbortSignal;
  /** Waits for a server that is down. @returns whether it is back */
  comeback?: ((outage: ServiceError) => Promise<boolean>) | undefined;
  onAnswer(batch: readonly Ticket[], vectors: readonly Vector[]): void;
  onFault(ticket: Ticket, fault: EmbedderFault): void;
}

/** What one batch is sent with. */
export interface Sending {
  slot: Slot;
  /** Texts that it could have had. */
  maxTexts: number;
  /** It is a half of a batch that was late, after all its tries: of what hangs a server, one more is enough. */
  onceLate?: boolean;
}

/** A batch after which the server went down so often, and once more, is to blame itself. */
const MOST_COMEBACKS = 2;

/**
 * Every ticket of the batch has got a vector or a fault when this resolves.
 * @throws {ServiceError} when the server is down or will never do; tickets that were reached keep their answers
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
    if (comebacks < MOST_COMEBACKS) return attempt(batch, options, sending, false, comebacks + 1);
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

/** @returns why it failed; undefined when it was answered */
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

/** Our own embedders check their answers; of one that was handed in, a text without a vector would wait for ever. */
function wrongCount(vectors: number, texts: number): EmbedderFault {
  return new EmbedderFault(
    'bad-answer',
    `The embedder gave ${vectors} vectors for ${texts} texts: it needs one for each.`,
  );
}

interface Outage {
  error: ServiceError;
  /** Whether waiting may help. */
  passing: boolean;
}

/** The outage that a fault stands for; undefined when a text is to blame. */
async function outageBehind(
  fault: EmbedderFault,
  batch: readonly Ticket[],
  options: AttemptOptions,
  serverIsUp: boolean,
  comebacks: number,
): Promise<Outage | undefined> {
  if (isTooLong(fault)) return undefined;
  const { ofText, opensCircuit } = policyOf(fault);
  const rests = isResting(fault) && comebacks < MOST_COMEBACKS && isOfTexts(fault, serverIsUp);
  if (ofText === 'never' && !rests) return outageOf(fault, fault);
  // Of a server that was up, this meaning says that it still is, so that the canary is only asked again before
  // a single text is given up. After the others its answer also keeps the circuit closed.
  if (serverIsUp && batch.length > 1 && !opensCircuit && !rests) return undefined;
  const { embedder, canary, signal } = options;
  // The canary is the probe.
  if (rests) embedder.resetBreakers?.();
  try {
    await embedder.embed([canary], { signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return outageOf(fault, error);
  }
}

/** Whether it may have been bad texts, and the search for them, that opened the circuit of a server which is well. */
function isOfTexts({ cause }: EmbedderFault, serverIsUp: boolean): boolean {
  const last = faultIn(cause);
  return serverIsUp || (last !== undefined && policyOf(last).ofText === 'likely');
}

/** @param fault what the user is told; @param cause what proved it */
function outageOf(fault: EmbedderFault, cause: unknown): Outage {
  const passing = !(cause instanceof EmbedderFault) || mayPass(cause);
  return { error: new ServiceError(fault.message, { cause }), passing };
}

async function isBack({ error, passing }: Outage, { comeback }: AttemptOptions): Promise<boolean> {
  if (!passing || !comeback) return false;
  try {
    return await comeback(error);
  } catch (cause) {
    // It is back, but will never do: another model, other vectors.
    if (cause instanceof EmbedderFault) throw new ServiceError(cause.message, { cause });
    throw cause;
  }
}
