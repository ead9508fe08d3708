// What is said of a server that is no longer what it was, or doesn't say whether it is.
import { EmbedderFault } from '../../errors.js';
import type { ServerEmbedder } from '../pool/member.js';

export function otherVectorsFault(url: string, difference: string): EmbedderFault {
  return new EmbedderFault(
    'changed',
    `Ollama at ${url} gives other vectors than it gave before (${difference}): its release or its model was replaced; ` +
      'put back what was there, or start again (an output needs --rebuild then).',
  );
}

/** @param digest what it has now; undefined when it no longer has the model */
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
    `Ollama at ${url} ${now}: put the old one back there ("ollama pull", or "ollama cp" of a copy that was kept), ` +
      'or start again (an output needs --rebuild then).',
  );
}

export function wrongBatchFault(url: string): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `Ollama at ${url} may have answered a batch with wrong vectors, as single texts show: its texts are sent again, alone.`,
  );
}

export function unconfirmedFault(url: string, cause: EmbedderFault): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `Ollama at ${url} has answered, but doesn't say whether its model is still the same: ${cause.message}`,
    { cause, retryAfterMs: cause.retryAfterMs },
  );
}
