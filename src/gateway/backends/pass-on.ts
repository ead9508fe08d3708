// Passes a request on to the first server that is up; while no answer was passed back, to the next one.
import { EmbedderFault } from '../../errors.js';
import { mostTelling } from '../../fault-policy.js';
import { RefusedError } from '../routes/error-answers.js';
import { type PassingServer, passThrough } from '../routes/passthrough.js';
import type { Passing } from './backend.js';
import { firstUp, type PerhapsUp } from './liveness.js';

/** For servers that are up, but were not compared with the others or give other vectors. */
const noneLeft = 'none of the servers whose vectors fit this model answers, please try again';

/**
 * @param onTried called after each server that was asked, whatever it answered
 * @throws {RefusedError} when no server is left whose vectors may be passed on
 * @throws {EmbedderFault} when none answers
 */
export async function passOn(
  { request, reply, body, target, signal, vectors = {} }: Passing,
  servers: readonly (PerhapsUp & PassingServer)[],
  ownsCredentials: boolean,
  onTried?: () => void,
): Promise<void> {
  const { from, never, confirm } = vectors;
  const left = from && new Set(from);
  const faults: EmbedderFault[] = [];
  for (;;) {
    const server = await firstUp(servers, left);
    if (!server) throw faults.length > 0 ? mostTelling(faults) : new RefusedError(503, noneLeft, 5);
    try {
      return await passThrough(request, reply, server, {
        ownsCredentials,
        signal,
        ...(body && { body }),
        ...(target !== undefined && { target }),
        ...(never && { never }),
        ...(confirm && { confirm: (ending) => confirm(server.url, ending) }),
      });
    } catch (error) {
      // Nothing was sent to the client yet, so another server can be asked.
      if (!(error instanceof EmbedderFault) || !left?.delete(server.url)) throw error;
      faults.push(error);
    } finally {
      onTried?.();
    }
  }
}
