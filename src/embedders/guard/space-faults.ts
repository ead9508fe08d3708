// The faults of a server that has changed, or that doesn't say whether it has.
import { EmbedderFault } from '../../errors.js';
import type { ServerEmbedder } from '../pool/member.js';

export function otherVectorsFault(url: string, difference: string): EmbedderFault {
  return new EmbedderFault(
    'changed',
    `Ollama at ${url} gives other vectors than it gave before (${difference}): its release or its model was replaced; ` +
      'put the old version back, or start again (an output then needs --rebuild).',
  );
}

/** @param digest its present digest; undefined when it no longer has the model */
export function otherModelFault(
  { url, identity }: ServerEmbedder,
  digest: string | undefined,
): EmbedderFault {
  const { model } = identity;
  const before = identity.digest.slice(0, 12);
  const now =
    digest === undefined
      ? `no longer has the model "${model}" (digest ${before})`
      : `has another model under the name "${model}" now (digest ${digest.slice(0, 12)}, before ${before})`;
  return new EmbedderFault(
    'changed',
    `Ollama at ${url} ${now}: put the old one back there ("ollama pull", or "ollama cp" of a copy), ` +
      'or start again (an output then needs --rebuild).',
  );
}

export function wrongBatchFault(url: string): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `Ollama at ${url} may have answered a batch with wrong vectors, as a single text shows: its texts are sent again, one by one.`,
  );
}

export function unconfirmedFault(url: string, cause: EmbedderFault): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `Ollama at ${url} has answered, but can't confirm that its model is still the same: ${cause.message}`,
    { cause, retryAfterMs: cause.retryAfterMs },
  );
}
