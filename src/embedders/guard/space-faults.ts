// The faults of a server that has changed, or that doesn't say whether it has.
import { EmbedderFault } from '../../errors.js';
import type { ServerEmbedder } from '../pool/member.js';

export function otherVectorsFault(where: string, difference: string): EmbedderFault {
  return new EmbedderFault(
    'changed',
    `${where} gives other vectors than it gave before (${difference}): its release or its model was replaced; ` +
      'put the old version back, or start again (an output then needs --rebuild).',
  );
}

/** @param said what it says of its weights now: a digest, or words; undefined when it no longer has the model */
export function otherModelFault(
  { where, identity, weights }: ServerEmbedder,
  said: string | undefined,
): EmbedderFault {
  const { model, embedder } = identity;
  const before = short(weights);
  const word = before === weights ? '' : 'digest ';
  const now =
    said === undefined
      ? `no longer has the model "${model}" (${word}${before})`
      : `has another model under the name "${model}" now (${word}${short(said)}, before ${before})`;
  const back = embedder === 'ollama' ? ' ("ollama pull", or "ollama cp" of a copy)' : '';
  return new EmbedderFault(
    'changed',
    `${where} ${now}: put the old one back there${back}, or start again (an output then needs --rebuild).`,
  );
}

/** A digest by its first digits; words whole. */
function short(weights: string): string {
  return /^[0-9a-f]{32,}$/.test(weights) ? weights.slice(0, 12) : weights;
}

export function wrongBatchFault(where: string): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `${where} may have answered a batch with wrong vectors, as a single text shows: its texts are sent again, one by one.`,
  );
}

export function unconfirmedFault(where: string, cause: EmbedderFault): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `${where} has answered, but can't confirm that its model is still the same: ${cause.message}`,
    { cause, retryAfterMs: cause.retryAfterMs },
  );
}
