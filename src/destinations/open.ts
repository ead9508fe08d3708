// Which file of this folder opens which address. Each is loaded when it is used.
import { UsageError } from '../errors.js';
import {
  type DestinationKind,
  destinationKind,
  shownDestination,
  wantedDestination,
} from '../net/destination-address.js';
import type { Destination, DestinationOptions, OpenDestination } from './destination.js';

const openers: Readonly<Record<DestinationKind, () => Promise<OpenDestination>>> = {
  postgres: async () => (await import('./postgres/postgres.js')).openPostgres,
  qdrant: async () => (await import('./qdrant/qdrant.js')).openQdrant,
  chroma: async () => (await import('./chroma/chroma.js')).openChroma,
  lancedb: async () => (await import('./lancedb/lancedb.js')).openLance,
  parquet: async () => (await import('./parquet/parquet.js')).openParquet,
};

/**
 * @throws {UsageError} when the address is none of ours, or wrong
 * @throws {DestinationError} when it can't be reached, or refuses
 */
export async function openDestination(options: DestinationOptions): Promise<Destination> {
  const kind = destinationKind(options.address);
  if (kind === undefined) {
    throw new UsageError(
      `${shownDestination(options.address)} is no destination: give ${wantedDestination}.`,
    );
  }
  const open = await openers[kind]();
  return await open(options);
}
