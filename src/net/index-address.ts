// Where an index is: an output's folder, or a destination, each with a name where several are asked: `notes=./notes-index`.
import { basename, dirname, resolve } from 'node:path';
import { expandHome } from '../files/home.js';
import { destinationKind, destinationPattern, pathOf, shownDestination } from './destination-address.js';

/** What was written for an index, in its parts. */
export interface IndexAddress {
  /** By which it is asked; of its address where none was given. */
  name: string;
  /** A folder, or the address of a destination. */
  address: string;
  isFolder: boolean;
}

/** What a name may be: short, so that it can be typed, and safe to show. */
const named = /^([\p{L}\p{N}_][\p{L}\p{N}_.-]{0,59})=/u;
const scheme = /^[a-z][a-z0-9+.-]*:/i;
/** The default output folder, whose name says nothing. */
const usualFolder = 'embeddings';

/** What fits, in words. */
export const wantedIndex =
  'a folder, or an address such as postgres://host/db, with or without a name before it (notes=./notes-index)';

/** The parts of what was written; undefined when it names neither folder nor destination. */
export function parseIndexAddress(written: string): IndexAddress | undefined {
  const name = named.exec(written)?.[1];
  const address = name === undefined ? written : written.slice(name.length + 1);
  if (address === '') return undefined;
  const isDestination = destinationPattern.test(address) && destinationKind(address) !== undefined;
  // A disk of Windows (`C:\docs`) is a folder.
  if (!isDestination && scheme.test(address) && !/^[a-z]:[\\/]/i.test(address)) return undefined;
  const place = isDestination ? address : expandHome(address);
  return { name: name ?? nameOf(place, isDestination), address: place, isFolder: !isDestination };
}

/** As people may see it. */
export function shownIndex(written: string): string {
  const name = named.exec(written)?.[0] ?? '';
  const address = written.slice(name.length);
  return name + (scheme.test(address) ? shownDestination(address) : address);
}

function nameOf(address: string, isDestination: boolean): string {
  const path = isDestination ? pathOf(address, '.')?.path : resolve(address);
  if (path === undefined) {
    const [, last = ''] = /\/\/[^/]*\/([\p{L}\p{N}_.-]+)/u.exec(address) ?? [];
    return last === '' ? address.slice(0, address.indexOf(':')) : last;
  }
  const own = basename(path);
  return own === usualFolder ? basename(dirname(path)) || own : own || usualFolder;
}
