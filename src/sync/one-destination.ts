// One destination, brought in step: look, compare, guard, write. What may pass is tried again from the start, as the
// difference is then that of what is left.
import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';
import type { Destination, ListedRow } from '../destinations/destination.js';
import { openDestination } from '../destinations/open.js';
import { DestinationError } from '../errors.js';
import { shownDestination } from '../net/destination-address.js';
import type { Identity } from '../output/identity.js';
import { isInShard } from '../output/shards/shard.js';
import { uuidText } from '../text/uuid.js';
import type { Shard } from '../types/shard.js';
import { spaceToJson } from '../vectors/space-json.js';
import { areMost, guardOwner, guardRemovals, guardSpace, refusesShards } from './guards.js';
import { countLostRows } from './lost-rows.js';
import { type RowBatch, rowBatches } from './output-rows.js';
import { maxRows, type RowTable, tooMany } from './row-table.js';
import type { NamedDestination, SyncedDestination, SyncWork } from './work.js';

type Counts = Pick<SyncedDestination, 'new' | 'changed' | 'removed' | 'unchanged' | 'replacedCharacters'>;

/** The longest first pause before another try; it doubles with each. */
const firstPauseMs = 500;
const maxPauseMs = 30_000;
/** Rows that would go, and are looked at for being there under another name; each takes some 150 bytes. */
const maxPaired = 1_000_000;

/** Of an id, and of a sum. */
const idBytes = 16;

export class OneDestination {
  readonly #work: SyncWork;
  readonly #named: NamedDestination;
  readonly #identity: Identity;
  readonly #table: RowTable;
  readonly #counts: Counts;

  /** @param counts filled as the work goes on */
  constructor(work: SyncWork, named: NamedDestination, identity: Identity, table: RowTable, counts: Counts) {
    this.#work = work;
    this.#named = named;
    this.#identity = identity;
    this.#table = table;
    this.#counts = counts;
  }

  /** @throws {EmbedError} when it can't be brought in step */
  async sync(): Promise<void> {
    const { retries, signal, events } = this.#work;
    let told = '';
    for (let tries = 0; ; tries++) {
      try {
        return await this.#try();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DestinationError) || !error.isPassing || tries >= retries) throw error;
        const waitMs = Math.random() * Math.min(maxPauseMs, firstPauseMs * 2 ** tries);
        // One that is down says the same each time.
        if (error.message !== told) events.notice(`${error.message} Trying again.`, 'destination-retried');
        told = error.message;
        await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  async #try(): Promise<void> {
    const { index, cwd, timeoutMs, proxies, signal, events } = this.#work;
    const destination = await openDestination({
      ...this.#named,
      ...{ index, cwd, timeoutMs, proxies, signal },
      notice: (message) => events.notice(message, 'destination-note'),
    });
    try {
      await this.#bringInStep(destination);
    } finally {
      await destination.close();
    }
  }

  async #bringInStep(destination: Destination): Promise<void> {
    const { output, index, rebuild, dryRun, takeOver, allowRemovals } = this.#work;
    const guarded = { shown: destination.shown, index };
    const kept = await destination.check();
    guardSpace(guarded, kept, output.space, { replaces: this.#replaces, isShard: this.#shard !== undefined });
    const mustBeOurs = () => {
      if (!takeOver) guardOwner(guarded, kept.index, (token) => this.#identity.has(token));
    };
    if (kept.index !== undefined) mustBeOurs();
    const { gone, listed } = await this.#compare(destination, mustBeOurs);
    if (!allowRemovals && areMost(gone.length, listed)) {
      guardRemovals(guarded, await countLostRows(destination, this.#table, output), listed);
    }
    if (rebuild) this.#forget(listed);
    debug.sync?.(`${destination.shown}: ${JSON.stringify(this.#counts)}`);
    const isFirst = kept.index === undefined;
    const { new: added, changed, removed } = this.#counts;
    if (dryRun) return;
    if (added + changed + removed > 0 || isFirst || this.#isForeign(kept.index?.token)) {
      await this.#write(destination, gone);
    }
    if (this.#work.words) await destination.words?.setUp();
    await destination.finish();
  }

  get #shard(): Shard | undefined {
    return this.#work.output.manifest.shard;
  }

  /** Whether all rows of the index go first; a shard writes its own again. */
  get #replaces(): boolean {
    return this.#work.rebuild && this.#shard === undefined;
  }

  #isForeign(token: string | undefined): boolean {
    return token !== undefined && !this.#identity.has(token);
  }

  /** Holds the listing against the output. @returns ids that the output doesn't have, and how many rows were listed */
  async #compare(
    destination: Destination,
    mustBeOurs: () => void,
  ): Promise<{ gone: string[]; listed: number }> {
    const table = this.#table;
    table.forget();
    const canUpdate = destination.update !== undefined;
    const sums: string[] = [];
    let gone: string[] = [];
    const shard = this.#shard;
    const most = maxRows * (shard?.of ?? 1);
    let listed = 0;
    let others = 0;
    const lose = (id: string, sum: string) => {
      gone.push(id);
      if (canUpdate && gone.length <= maxPaired) sums.push(sum);
    };
    const take = (page: readonly ListedRow[]) => {
      if (page.length > 0) mustBeOurs();
      for (const { id, sum, source } of page) {
        if (table.meet(id, sum)) listed++;
        else if (shard !== undefined && !isInShard(source, shard)) others++;
        else {
          lose(id, sum);
          listed++;
        }
      }
      if (listed > maxRows || listed + others > most) throw tooMany(destination.shown);
    };
    if (shard === undefined && destination.listKeys !== undefined) {
      for await (const keys of destination.listKeys()) {
        if (keys.ids.length > 0) mustBeOurs();
        for (let at = 0; at < keys.ids.length; at += idBytes) {
          if (!table.meetKey(keys.ids, keys.sums, at))
            lose(uuidText(keys.ids, at), keys.sums.toString('hex', at, at + idBytes));
        }
        listed += keys.ids.length / idBytes;
        take(keys.others);
      }
    } else for await (const page of destination.list(shard)) take(page);
    if (others > 0 && destination.takes === 'whole') throw refusesShards(destination.shown);
    if (sums.length > 0) gone = table.pair(gone, sums);
    const { changed, unchanged } = table.counts;
    const added = table.rows - changed - unchanged;
    Object.assign(this.#counts, {
      new: added,
      changed,
      removed: gone.length,
      unchanged,
      replacedCharacters: 0,
    });
    return { gone, listed };
  }

  /** All rows are replaced: those that were there go. */
  #forget(listed: number): void {
    this.#table.forget();
    Object.assign(this.#counts, { new: this.#table.rows, changed: 0, removed: listed, unchanged: 0 });
  }

  async #write(destination: Destination, gone: readonly string[]): Promise<void> {
    const { output, index, rowsPerRequest, progress } = this.#work;
    const token = await this.#identity.next(`${shownDestination(this.#named.address)} ${index}`);
    const state = { token, space: spaceToJson(output.space) };
    await destination.begin({ space: output.space, state, replaces: this.#replaces });
    const isWhole = destination.takes === 'whole';
    progress.sent = 0;
    progress.total = isWhole ? this.#table.rows : this.#counts.new + this.#counts.changed;
    const table = this.#table;
    const most = rowsPerRequest ?? destination.rowsPerRequest;
    const sumOf = (row: number) => table.sumOf(row);
    const rows = (wants: (row: number) => boolean, vectors: boolean) =>
      progress.total === 0 ? [] : rowBatches(output, { most, wants, sumOf, vectors });
    const { update } = destination;
    const isUpdate = (row: number) => update !== undefined && table.isRevised(row);
    if (update !== undefined && !isWhole) {
      await this.#send(rows(isUpdate, false), ({ rows, places }) =>
        update.call(
          destination,
          rows,
          places.map((row, at) => table.movedFrom(row) ?? rows[at]!.id),
        ),
      );
    }
    const isSent = (row: number) => isWhole || !(table.isThere(row) || isUpdate(row));
    await this.#send(rows(isSent, true), (batch) => destination.upsert(batch.rows));
    if (!this.#replaces && gone.length > 0) await destination.remove(gone);
  }

  /** The next batch is read while one is written. */
  async #send(
    batches: AsyncIterable<RowBatch> | readonly RowBatch[],
    write: (batch: RowBatch) => Promise<void>,
  ): Promise<void> {
    const { progress, signal } = this.#work;
    let writing: Promise<void> = Promise.resolve();
    for await (const batch of batches) {
      signal.throwIfAborted();
      await writing;
      writing = write(batch).then(() => {
        progress.sent += batch.rows.length;
      });
      // It is awaited above, or below; until then it must not count as unhandled.
      writing.catch(() => undefined);
      this.#counts.replacedCharacters += batch.replaced;
    }
    await writing;
  }
}
