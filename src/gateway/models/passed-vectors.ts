// Requests for vectors that can't be batched: passed on, but only to servers whose vectors are known to match.
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
  /** The field of the body that holds the text. */
  text: 'input' | 'prompt';
  signal: AbortSignal;
  /** Throws the client's error when the model can't embed its texts. */
  check?(opened: BatchOrchestrator): void;
}

/**
 * Opens the request's model, which compares the vectors of its servers, and passes the request on to one of those that
 * match. A request without a clear model, or with one that can't be opened, gets a server's error, but no vectors.
 * @throws {WrongVectorsError} when the model's vectors are refused
 * @throws {ServiceError} when its servers are down
 * @throws {RefusedError} when no server may be asked, or its answer may not be passed
 */
export async function passVectors(parts: GatewayParts, passing: VectorPassing): Promise<void> {
  const { backend, models, aliases } = parts;
  const fields = fieldsOf(passing.request.body);
  // A request without a text loads or unloads the model.
  if (fields && textsIn(fields).length === 0) return await pass(parts, passing);
  const name = modelIn(fields);
  // Every server refuses such a request, so no model is opened for it.
  if (name === undefined || !textsIn(fields!).every(isText)) {
    return await pass(parts, passing, { never: unreadable });
  }
  const model = await backend.modelOf(aliases.of(name));
  if (model === undefined) return await pass(parts, passing);
  try {
    return await models.use(model, passing.signal, async (opened) => {
      passing.check?.(opened);
      await pass(parts, passing, backend.hasServers ? fitting(opened) : undefined);
    });
  } catch (error) {
    if (isHopeless(error)) return await passHopeless(parts, passing, error);
    throw error;
  }
}

/**
 * Passes on a request whose model can't be opened: the server then answers with the reason. It passes no vectors of
 * several servers that weren't compared, or of a server that may read another model from the request.
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

/** True when a model can't be opened, and waiting would not help. */
export function isHopeless(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.cause === undefined && !isDown(error);
}

const unreadable = new RefusedError(400, 'expected one JSON object with a model and its texts');

function pass(
  { backend, aliases }: GatewayParts,
  { request, reply, text, signal }: VectorPassing,
  vectors?: PassedVectors,
): Promise<void> {
  const body = normalised(request.body, text, (name) => aliases.of(name));
  return backend.pass({ request, reply, body, signal, vectors });
}

/**
 * The servers that were compared and are not left out. A server that may have changed since is used only when there is
 * no other. Each must confirm, after its answer, that its model is still the same.
 */
function fitting({ embedder }: BatchOrchestrator): PassedVectors {
  const compared = (embedder.endpoints?.() ?? []).filter(({ breaker }) => breaker !== 'open');
  const sure = compared.filter(({ unsure }) => !unsure);
  return {
    from: new Set((sure.length > 0 ? sure : compared).map(({ url }) => url)),
    ...(embedder.vouch && { confirm: (url, signal) => embedder.vouch!(url, signal) }),
  };
}

/** All values of a field: Go's JSON ignores the case of names, so `Model` counts as `model`. */
function valuesOf(fields: Fields, name: string): unknown[] {
  return Object.keys(fields)
    .filter((key) => key.toLowerCase() === name)
    .map((key) => fields[key]);
}

/** The values in the place of texts; they may have any type. */
function textsIn(fields: Fields): unknown[] {
  const values = [...valuesOf(fields, 'input'), ...valuesOf(fields, 'prompt')];
  return values.filter((value) => value !== undefined && value !== null && value !== '');
}

function isText(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string');
}

/** The model's name; undefined when there is none, or more than one (`model` and `Model`): servers differ then. */
function modelIn(fields: Fields | undefined): string | undefined {
  const [name, ...others] = fields ? valuesOf(fields, 'model') : [];
  return typeof name === 'string' && name !== '' && others.length === 0 ? name : undefined;
}
