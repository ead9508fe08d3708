// Addresses of destinations: which there are, and their parts. Nothing is opened here.
import { isAbsolute, resolve } from 'node:path';
import { expandHome } from '../files/home.js';
import { maskAddress } from '../text/masked-address.js';

/** What can be named, by the scheme of its address. */
export const destinationKinds = {
  postgres: 'postgres',
  postgresql: 'postgres',
  qdrant: 'qdrant',
  qdrants: 'qdrant',
  chroma: 'chroma',
  chromas: 'chroma',
  lancedb: 'lancedb',
  parquet: 'parquet',
} as const;

export type DestinationKind = (typeof destinationKinds)[keyof typeof destinationKinds];

/** Those whose address is a path. */
const fileSchemes = ['lancedb', 'parquet'];

/** Of any destination, with its scheme in small letters. */
export const destinationPattern = new RegExp(
  // All of PostgreSQL's can come from the environment.
  `^(?:postgres(?:ql)?:|(?:${Object.keys(destinationKinds).join('|')}):.)`,
);

/** What fits the pattern, in words. */
export const wantedDestination =
  'an address such as postgres://host/db, qdrant://host/collection, chroma://host/collection, lancedb:./folder or parquet:./file.parquet';

/** The kind of an address; undefined for none of ours. */
export function destinationKind(address: string): DestinationKind | undefined {
  const scheme = schemeOf(address);
  return Object.hasOwn(destinationKinds, scheme)
    ? destinationKinds[scheme as keyof typeof destinationKinds]
    : undefined;
}

function schemeOf(address: string): string {
  return /^[a-z]+(?=:)/.exec(address)?.[0] ?? '';
}

/** A path with its query, as in `lancedb:./folder?table=chunks`. */
export interface PathAddress {
  path: string;
  query: URLSearchParams;
}

/** The path of an address, from `folder` on; undefined for the address of a server. */
export function pathOf(address: string, folder: string): PathAddress | undefined {
  const scheme = schemeOf(address);
  if (!fileSchemes.includes(scheme)) return undefined;
  const rest = address.slice(scheme.length + 1);
  const start = rest.indexOf('?');
  const written = expandHome((start < 0 ? rest : rest.slice(0, start)).replace(/^\/\/(?=\/)/, ''));
  return {
    path: resolve(folder, written),
    query: new URLSearchParams(start < 0 ? '' : rest.slice(start)),
  };
}

/** The address with a path that means the same from everywhere. */
export function fromFolder(address: string, folder: string): string {
  const found = pathOf(address, folder);
  if (found === undefined) return address;
  const scheme = schemeOf(address);
  const rest = address.slice(scheme.length + 1);
  const start = rest.indexOf('?');
  if (isAbsolute(rest)) return address;
  return `${scheme}:${found.path}${start < 0 ? '' : rest.slice(start)}`;
}

/** The address as people may see it. */
export function shownDestination(address: string): string {
  return pathOf(address, '.') === undefined ? maskAddress(address) : address;
}
