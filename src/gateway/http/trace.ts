// The trace of which a request is a part (W3C Trace Context). The gateway records no spans of its own: it hands on what it
// was given, as a name of its own would be the parent of spans that nobody knows.
import type { IncomingHttpHeaders } from 'node:http';
import type { TraceContext } from '../../types/requests.js';

/** Version 00; later versions may have more behind it. The version ff, and ids of zeros, are invalid. */
const rightParent =
  /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-[\x21-\x7e]{1,200})?$/;
/** Max characters of a state: as many as must be handed on. */
const maxState = 512;

/** Undefined when there is none that is valid; a state counts only beside it. */
export function traceOf({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | undefined {
  const [, version, , more] = rightParent.exec(String(traceparent)) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return undefined;
  const isState = typeof tracestate === 'string' && tracestate !== '' && tracestate.length <= maxState;
  return { traceparent: String(traceparent), ...(isState && { tracestate }) };
}

/** The id by which the systems of the client know the trace. */
export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}
