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

/** Those with a search by words of their own, which a sync sets up. */
const withWords: ReadonlySet<DestinationKind> = new Set(['postgres', 'qdrant', 'lancedb']);

/** @throws {UsageError} when one of the addresses has no search by words that could be set up */
export function refuseWithoutWords(addresses: readonly string[]): void {
  const without = addresses.filter((address) => {
    const kind = destinationKind(address);
    return kind !== undefined && !withWords.has(kind);
  });
  if (without.length === 0) return;
  const has = without.length === 1 ? 'has' : 'have';
  const other =
    without.length === addresses.length ? 'leave out --words' : 'name the others alone with --words';
  throw new UsageError(
    `${without.map(shownDestination).join(', ')} ${has} no search by words that could be set up: ${other}.`,
  );
}

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
