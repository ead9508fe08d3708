// Servers that were down at the opening: tried again in the background, and added to the pool when their vectors
// match. One with other vectors is measured again only after its release or model has changed.
import type { Member, ServerAddress } from '../embedders/pool/member.js';
import type { EmbedderPool } from '../embedders/pool/pool.js';
import { wrapEmbedder } from '../embedders/wrap-embedder.js';
import type { RunEvents } from '../events.js';
import { whereIs } from '../text/masked-address.js';
import type { Embedder, EndpointState } from '../types/embedder.js';
import { compareMembers, type OpenedMember } from './same-space.js';

/** A server that isn't open: it failed, or takes longer than the others. */
export interface Absent<Address extends ServerAddress = ServerAddress> {
  address: Address;
  error?: Error;
  /** Its opening, which goes on while the others work. */
  opening?: Promise<OpenedMember>;
}

export interface LateServersOptions<Address extends ServerAddress> {
  absent: readonly Absent<Address>[];
  /** The server that gives the vector space. */
  first: OpenedMember;
  /** @throws when the server is still down, or can't be used yet */
  open(address: Address, signal: AbortSignal): Promise<OpenedMember>;
  /** Aborts a try. */
  signal: AbortSignal;
  /** Aborts the openings in progress. */
  end: AbortController;
  events: RunEvents;
  /** Pause between two tries, in ms. @default 15000 */
  pauseMs?: number;
}

/** The pool, which grows when absent servers answer. Requests start the tries, but never wait for them. */
export function withLatecomers<Address extends ServerAddress>(
  pool: EmbedderPool,
  options: LateServersOptions<Address>,
): Embedder {
  const latecomers = new Latecomers(pool, options);
  return {
    ...wrapEmbedder(pool, (texts, embedOptions) => {
      latecomers.knock();
      return pool.embed(texts, embedOptions);
    }),
    endpoints: () => [...pool.endpoints(), ...latecomers.states()],
    close: async () => {
      await latecomers.stop();
      await pool.close();
    },
  };
}

/** A server that gives other vectors. */
interface Refused {
  member: Member;
  /** Its release and digest at that time; undefined when it didn't say. */
  mark: string | undefined;
  /** How its vectors differ from those of the others. */
  reason: string;
}

class Latecomers<Address extends ServerAddress> {
  readonly #pool: EmbedderPool;
  readonly #options: LateServersOptions<Address>;
  readonly #pauseMs: number;
  readonly #signal: AbortSignal;
  readonly #absent: Set<Address>;
  readonly #refused = new Map<Address, Refused>();
  /** A try for each server, so that one that hangs delays only its own. */
  readonly #tries = new Map<Address, Promise<void>>();
  readonly #lastTry = new Map<Address, number>();

  constructor(pool: EmbedderPool, options: LateServersOptions<Address>) {
    this.#pool = pool;
    this.#options = options;
    this.#pauseMs = options.pauseMs ?? 15_000;
    this.#absent = new Set(options.absent.map(({ address }) => address));
    this.#signal = AbortSignal.any([options.signal, options.end.signal]);
    for (const { address, opening } of options.absent) {
      this.#lastTry.set(address, performance.now());
      if (opening) this.#try(address, this.#takeIn(address, opening));
    }
  }

  /** Starts the tries that are due. */
  knock(): void {
    for (const address of this.#absent) {
      if (this.#isDue(address)) this.#try(address, this.#takeIn(address, this.#open(address)));
    }
    for (const [address, refused] of this.#refused) {
      if (this.#isDue(address)) this.#try(address, this.#lookAgain(address, refused));
    }
  }

  #isDue(address: Address): boolean {
    return !this.#tries.has(address) && performance.now() - this.#lastTry.get(address)! >= this.#pauseMs;
  }

  #open(address: Address): Promise<OpenedMember> {
    return this.#options.open(address, this.#signal);
  }

  #try(address: Address, work: Promise<void>): void {
    const end = () => {
      this.#lastTry.set(address, performance.now());
      this.#tries.delete(address);
    };
    this.#tries.set(address, work.then(end, end));
  }

  /** Measures a refused server again when its release or digest has changed. */
  async #lookAgain(address: Address, { member, mark }: Refused): Promise<void> {
    if ((await member.mark?.(this.#signal)) === mark) return;
    const opened = this.#open(address);
    await opened;
    this.#refused.delete(address);
    await member.embedder.close();
    await this.#takeIn(address, opened);
  }

  async #takeIn(address: Address, opening: Promise<OpenedMember>): Promise<void> {
    const { first, events } = this.#options;
    const opened = await opening;
    const { member } = opened;
    const comparison = compareMembers(first, opened);
    this.#absent.delete(address);
    if (comparison.same && !this.#signal.aborted) {
      this.#pool.add(member);
      events.notice(`${member.where} is back and takes part.`, 'server-back');
      return;
    }
    if (comparison.same) return await member.embedder.close();
    const mark = await member.mark?.(this.#signal).catch(() => undefined);
    this.#refused.set(address, { member, mark, reason: comparison.reason });
    events.notice(
      `${member.where} is back, but gives other vectors than the other servers (${comparison.reason}): ` +
        'it is left out until it has the same version and model.',
      'server-left-out',
    );
  }

  states(): EndpointState[] {
    return [...this.#absent, ...this.#refused.keys()].map((address) => ({
      url: whereIs(address.url),
      weight: address.weight,
      breaker: 'open',
      refused: this.#refused.get(address)?.reason,
      inFlight: 0,
      requests: 0,
      failures: 0,
      msPerToken: undefined,
    }));
  }

  async stop(): Promise<void> {
    this.#options.end.abort(new Error('The embedder was closed.'));
    await Promise.all(this.#tries.values());
    await Promise.all([...this.#refused.values()].map(({ member }) => member.embedder.close()));
  }
}
