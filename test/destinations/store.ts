// What a store of the destinations' contract is to the tests: it can be read and edited past our code.
/** A row as its store has it. */
export interface StoredRow {
  index: string;
  id: string;
  source: string;
  text: string;
  metadata: unknown;
  sum: string;
  vector: number[];
}

/** One table, collection or file, empty at first. */
export interface Store {
  address: string;
  /** All rows of all indexes, by index and id. */
  rows(): Promise<StoredRow[]>;
  /** All that a sync may change, as text: equal texts, nothing was written. */
  state(): Promise<string>;
  /** Removes one row, gives another one other contents, and adds a third that no output has, all of the index `default`. */
  spoil(): Promise<void>;
  /** Keeps a copy of all that is there. @returns what puts it back */
  backUp(): Promise<() => Promise<void>>;
}

export interface StoreKind {
  name: string;
  isAvailable: boolean;
  /** Several indexes can be in one. */
  isShared: boolean;
  /** Rows can be edited in place. */
  isEditable: boolean;
  /** A row can get another id. */
  canRename: boolean;
  start(): Promise<{ make(): Promise<Store>; stop(): Promise<void> }>;
}
