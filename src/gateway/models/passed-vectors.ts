// Requests for vectors that can't be batched: passed on, but only to servers whose vectors are known to fit.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../../errors.js';
import { isDown } from '../../fault-policy.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { PassedVectors } from '../backends/backend.js';
import { type Fields, fieldsOf, normalised } from '../http/body.js';
import type { GatewayParts } from '../route-context.js';
import { RefusedError } from '../routes/error-answers.js';

export interface VectorPassing {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Where the body has its text. */
  text: 'input' | 'prompt';
  signal: AbortSignal;
  /** Throws what the client is told, where its texts are not for this model. */
  check?(opened: BatchOrchestrator): void;
}

/**
 * Opens the request's model, which holds its servers to each other, and passes the request on to one of those that
 * fit. What can't be told a model of, and models that can't be opened, get the servers' refusals, and no vectors.
 * @throws {WrongVectorsError} when the model's vectors are refused
 * @throws {ServiceError} when its servers are down
 * @throws {RefusedError} when no server may be asked, or its answer may not be passed
 */
export async function passVectors(parts: GatewayParts, passing: VectorPassing): Promise<void> {
  const { backend, models } = parts;
  const fields = fieldsOf(passing.request.body);
  // It loads the model, or unloads it.
  if (fields && textsIn(fields).length === 0) return await pass(parts, passing);
  const name = modelIn(fields);
  // Nothing is opened for what every server refuses.
  if (name === undefined || !textsIn(fields!).every(isText)) {
    return await pass(parts, passing, { never: UNREADABLE });
  }
  const model = await backend.modelOf(name);
  if (model === undefined) return await pass(parts, passing);
  try {
    return await models.use(model, passing.signal, async (opened) => {
      passing.check?.(opened);
      await pass(parts, passing, backend.embedder === 'ollama' ? fitting(opened) : undefined);
    });
  } catch (error) {
    if (isHopeless(error)) return await passHopeless(parts, passing, error);
    throw error;
  }
}

/**
 * Passes on a request whose model can't be opened and won't be: the server says why, in its own words. Several
 * servers that weren't held to each other give no vectors, nor does one that may take another model for it.
 * @throws {RefusedError}
 */
export function passHopeless(
  parts: GatewayParts,
  passing: VectorPassing,
  error: ServiceError,
): Promise<void> {
  const isSure = parts.backend.servers === 1 && modelIn(fieldsOf(passing.request.body)) !== undefined;
  return pass(parts, passing, isSure ? undefined : { never: new RefusedError(404, error.message) });
}

/** Whether a model can't be opened for a reason that no waiting helps. */
export function isHopeless(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.cause === undefined && !isDown(error);
}

const UNREADABLE = new RefusedError(400, 'expected one JSON object with a model and its texts');

function pass(
  { backend }: GatewayParts,
  { request, reply, text, signal }: VectorPassing,
  vectors?: PassedVectors,
): Promise<void> {
  return backend.pass({ request, reply, body: normalised(request.body, text), signal, vectors });
}

/**
 * Servers that were compared with the others and aren't left alone; none that may have become another one since,
 * while there is one that hasn't. Each shows once more after its answer that it is still what it was.
 */
function fitting({ embedder }: BatchOrchestrator): PassedVectors {
  const compared = (embedder.endpoints?.() ?? []).filter(({ breaker }) => breaker !== 'open');
  const sure = compared.filter(({ unsure }) => !unsure);
  return {
    from: new Set((sure.length > 0 ? sure : compared).map(({ url }) => url)),
    ...(embedder.vouch && { confirm: (url, signal) => embedder.vouch!(url, signal) }),
  };
}

/** Values of a field under all names that a server takes for it: Go's JSON doesn't mind their case. */
function valuesOf(fields: Fields, name: string): unknown[] {
  return Object.keys(fields)
    .filter((key) => key.toLowerCase() === name)
    .map((key) => fields[key]);
}

/** What stands where a text is expected. */
function textsIn(fields: Fields): unknown[] {
  const values = [...valuesOf(fields, 'input'), ...valuesOf(fields, 'prompt')];
  return values.filter((value) => value !== undefined && value !== null && value !== '');
}

function isText(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string');
}

/** Undefined when there is none, or more than one, of which a server takes one or the other. */
function modelIn(fields: Fields | undefined): string | undefined {
  const [name, ...others] = fields ? valuesOf(fields, 'model') : [];
  return typeof name === 'string' && name !== '' && others.length === 0 ? name : undefined;
}
