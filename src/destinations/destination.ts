// src/destinations: databases and files that are kept in step with an output, one file each.
//
// In: an address, the name of an index, and rows. Out: what is kept there of that index (its rows' ids and sums, its
// vector space, the token of the last sync), and the rows as they are written, removed and searched.
// What must hold: only rows of the given index are read, changed or removed, and each removal names its ids, never a
// filter alone; a sync that ends in the middle leaves what the next one completes, and where the store has
// transactions, readers see the old index or the new one; errors are told in words, without passwords.
// Look first at this file for what a destination must do, and at open.ts for which file does which address.
import type { ProxySettings } from '../net/choose-proxy.js';
import type { Shard } from '../types/shard.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';

/** How a destination is opened. */
export interface DestinationOptions {
  /** As the user wrote it. */
  address: string;
  /** Name of the index: only its rows are touched. */
  index: string;
  /** True when only a configuration file names the address: no secret of the environment is sent there. */
  isFromFile: boolean;
  /** Relative paths start here. */
  cwd: string;
  /** For stores that are asked over HTTP. @default none */
  proxies?: ProxySettings | undefined;
  /** The longest wait for a connection or an answer, ms. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Something that the user should know, as a sentence. */
  notice(message: string): void;
}

/** A row as a destination stores it. It may be of a class: what is wanted of it must be named, `{ ...row }` lacks some. */
export interface DestinationRow {
  /** UUID, lower-case, with hyphens. */
  id: string;
  source: string;
  /** 0-based place in its document. */
  chunk: number;
  text: string;
  /** The metadata of the row, as JSON. */
  metadata: string;
  /** 16 bytes over all of the row, as 32 lower-case hex digits. */
  sum: string;
  /** float32, L2-normalised; as many values as the vector space has dimensions. */
  vector: Vector;
  /** The text in UTF-8, where it is at hand: for stores that write bytes. */
  readonly textBytes?: Uint8Array | undefined;
  /** The metadata in UTF-8, where they are at hand. */
  readonly metadataBytes?: Uint8Array | undefined;
}

/** A row whose vector a destination has already. */
export type RowWithoutVector = Omit<DestinationRow, 'vector'>;

/** What a listing tells of a row. */
export interface ListedRow {
  id: string;
  /** Of the row as it was last written; anything else where somebody changed it. */
  sum: string;
  /** Its document, as far as the store tells; empty where they weren't asked for. */
  source: string;
}

/** A part of a listing as bytes. */
export interface ListedKeys {
  /** 16 bytes of each. */
  ids: Buffer;
  /** 16 bytes of each, in the same order. */
  sums: Buffer;
  /** Rows whose sums are none of ours. */
  others: readonly ListedRow[];
}

/** What a sync leaves of an index beside its rows. */
export interface IndexState {
  /** Random, new with every sync that writes: tells who wrote the index last. */
  token: string;
  /** As `spaceToJson` writes it; anything, since others may have changed it. */
  space: unknown;
}

/** What a destination holds. */
export interface Kept {
  /** Of this index; undefined when no sync wrote it. */
  index: IndexState | undefined;
  /** The other indexes in the same table. */
  others: { name: string; space: unknown }[];
}

/** What a sync is about to do. */
export interface Plan {
  space: VectorSpace;
  state: IndexState;
  /** All rows of the index go before the first one is written, and the layout may change. */
  replaces: boolean;
}

/** A row that a search found. */
export interface FoundRow {
  id: string;
  source: string;
  text: string;
  /** The metadata of the row, as JSON. */
  metadata: string;
  /** Cosine, -1 to 1. */
  score: number;
}

/** Which rows are wanted, by where they stand; both ends are included. */
export type RowPlace = { id: string } | { source: string; from?: number; to?: number };

/** A row without a score. */
export type PlacedRow = Omit<FoundRow, 'score'>;

/** A store's own search by words. */
export interface WordSearch {
  /** Whether it was set up, so that it needs no look at each row; after `check`. */
  isSetUp(): Promise<boolean>;
  /** Sets it up where it isn't, for all rows of this index at least, those that come later, too. Before `finish`. */
  setUp(): Promise<void>;
  /**
   * The rows of this index that hold any of the words, best first by what the store knows of BM25.
   * @param words as they were typed, in small letters; at least one
   * @param most rows at most
   */
  search(words: readonly string[], most: number): Promise<FoundRow[]>;
  /** The vectors of rows; those that aren't there are left out. */
  vectorsOf(ids: readonly string[]): Promise<Map<string, ArrayLike<number>>>;
}

/** All rows of this index, in pages, one after the other. */
export interface RowContents {
  texts(): AsyncIterable<readonly PlacedRow[]>;
  vectors(): AsyncIterable<readonly { id: string; vector: ArrayLike<number> }[]>;
}

/** One index in an open database or file. The calls of a sync: `check`, `list`, `begin`, `upsert`, `remove`, `finish`. */
export interface Destination {
  /** The address without its secrets. */
  readonly shown: string;
  /**
   * `difference`: it is sent new and changed rows, and the ids of those that go. `whole`: it is written anew, so it is
   * sent all rows, in their order.
   */
  readonly takes: 'difference' | 'whole';
  /** Rows of one `upsert`, unless the user says otherwise. */
  readonly rowsPerRequest: number;
  /**
   * What is there. Nothing is changed.
   * @throws {UsageError} when the table, collection or file isn't one of ours, and can't be used
   */
  check(): Promise<Kept>;
  /** How many rows this index has; after `check`. */
  count(): Promise<number>;
  /**
   * The rows of this index, in any order, a page at a time.
   * @param shard asks for their sources, too; a store that can leaves out what isn't of this shard
   */
  list(shard: Shard | undefined): AsyncIterable<readonly ListedRow[]>;
  /** As `list` without a shard, for stores that have ids and sums as bytes; their texts take memory and time. */
  listKeys?(): AsyncIterable<ListedKeys>;
  /** Before the first change: lays the table out where need be, and writes the state. */
  begin(plan: Plan): Promise<void>;
  /**
   * Gives rows other contents, and may be other ids, and leaves their vectors as they are; before `upsert`. No row has any of
   * the new ids. Absent where the store can't.
   * @param ids those that the rows have until now
   */
  update?(rows: readonly RowWithoutVector[], ids: readonly string[]): Promise<void>;
  /** Writes rows; one with a known id replaces the row of that id. */
  upsert(rows: readonly DestinationRow[]): Promise<void>;
  /** Removes rows of this index; ids that are not there count as removed. */
  remove(ids: readonly string[]): Promise<void>;
  /** All is written: readers see it from now on at the latest. */
  finish(): Promise<void>;
  /**
   * The nearest rows of this index, best first.
   * @param most rows at most
   */
  search(vector: Vector, most: number): Promise<FoundRow[]>;
  /** Rows of this index by where they stand, in the order of their chunks. */
  find(place: RowPlace): Promise<PlacedRow[]>;
  /** Undefined where the store has none. */
  readonly words?: WordSearch;
  /** Of a file on this machine, without a search by words of its own. */
  readonly contents?: RowContents;
  /** Ends the connection; what was begun and not finished is dropped where the store can. */
  close(): Promise<void>;
}

/** A file of this folder: it opens the addresses of its schemes. */
export type OpenDestination = (options: DestinationOptions) => Promise<Destination>;
