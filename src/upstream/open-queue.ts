// Opens a queue, whose workers embed on other hosts, as the embedder of a run.

import type { Settings } from '../config/settings.js';
import { canaryTextsOf } from '../embedders/guard/canaries.js';
import { cosine, minCosine } from '../embedders/guard/compare-spaces.js';
import { queueAddress } from '../embedders/queue/address.js';
import { openQueueEmbedder, type QueueEmbedder } from '../embedders/queue/embedder.js';
import { UsageError, WrongVectorsError } from '../errors.js';
import type { VectorSpace } from '../types/space.js';
import { withPinnedCounter } from './open-servers.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { withRequestEvents } from './request-events.js';

/**
 * @throws {ServiceError} when Redis can't hold a queue, or no worker is there
 * @throws {UsageError} when the settings ask for another model than the workers have
 * @throws {WrongVectorsError} when workers give other vectors than they published
 */
export async function openQueue(options: OpenEmbedderOptions, queue: string): Promise<OpenedEmbedder> {
  const { settings, signal, events, pinnedCounter, beforeFirstText } = options;
  const opened = await openQueueEmbedder({ address: queueAddress(queue), name: settings.queueName, signal });
  try {
    refuseOther(settings, opened);
    const embedder = withRequestEvents(opened, opened.where, events);
    await beforeFirstText?.(embedder);
    const start = performance.now();
    const vectors = await embedder.embed(canaryTextsOf(embedder), { signal });
    const firstAnswerMs = performance.now() - start;
    requireAlike(opened, vectors);
    return {
      embedder: withPinnedCounter(embedder, pinnedCounter),
      measured: { space: opened.space, firstAnswerMs },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What is set here must be what the workers have: they alone decide. */
function refuseOther(settings: Settings, { space, maxTokens, where }: QueueEmbedder): void {
  const wanted: [flag: string, asked: string | number | undefined, has: string | number][] = [
    ['--model', settings.model, space.model],
    ['--dimensions', settings.dimensions, space.dimensions],
    ['--document-prefix', settings.documentPrefix, space.prefixes.document],
    ['--query-prefix', settings.queryPrefix, space.prefixes.query],
    ['--max-tokens', settings.maxTokens, maxTokens],
  ];
  for (const [flag, asked, has] of wanted) {
    if (asked === undefined || asked === has || `${asked}:latest` === has) continue;
    throw new UsageError(
      `${where} has workers with ${flag} ${JSON.stringify(has)}, not ${JSON.stringify(asked)}: leave it out here, or name another queue with --queue-name.`,
    );
  }
}

function requireAlike({ space, where }: QueueEmbedder, vectors: VectorSpace['canaries']): void {
  for (const [index, canary] of space.canaries.entries()) {
    const likeness = cosine(canary, vectors[index]!);
    if (likeness >= minCosine) continue;
    throw new WrongVectorsError(
      `${where} gives other vectors than its workers published (cosine ${likeness.toFixed(2)}): look at its workers with "embed doctor".`,
      { reason: 'unlike-servers' },
    );
  }
}
