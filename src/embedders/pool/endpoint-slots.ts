// The request slots of a pool's endpoints: each has as many as its own limits say, so that one that hangs holds
// its own only. A request that moves on takes a slot where it goes, before new work does.
import type { FreeSlot, RequestLimits, Slot, SlotLimits, Slots } from '../../types.js';
import { healthiest, isUsable, soonest, tokensWith } from './choose-endpoint.js';
import type { Endpoint } from './endpoint.js';

/** Where one request stands: at most at one endpoint. */
export class EndpointSlot implements Slot {
  readonly limits: SlotLimits;
  readonly #onFree: () => void;
  #at: Endpoint | undefined;
  #release: (() => void) | undefined;
  /** Taken for a request that was not sent yet. */
  isNew = false;

  constructor(limits: SlotLimits, onFree: () => void) {
    this.limits = limits;
    this.#onFree = onFree;
  }

  get at(): Endpoint | undefined {
    return this.#at;
  }

  limitsOf(endpoint: Endpoint): RequestLimits {
    return this.limits.of(endpoint.url);
  }

  hasRoomAt(endpoint: Endpoint): boolean {
    return endpoint === this.#at || endpoint.slots < this.limitsOf(endpoint).concurrency;
  }

  moveTo(endpoint: Endpoint): void {
    if (endpoint === this.#at) return;
    const release = this.#release;
    this.#release = endpoint.occupy();
    this.#at = endpoint;
    if (release === undefined) return;
    release();
    this.#onFree();
  }

  release(): void {
    const release = this.#release;
    if (release === undefined) return;
    this.#at = this.#release = undefined;
    release();
    this.#onFree();
  }
}

/** Between two looks at the endpoints while a request waits for one, in ms. */
const lookMs = 500;

/** A request that waits for a slot of one of some endpoints. */
interface Waiter {
  slot: EndpointSlot;
  among: ReadonlySet<Endpoint>;
  /** Of a request that is under way elsewhere: it holds nothing up. */
  isHedge: boolean;
  done(endpoint: Endpoint | undefined): void;
}

export class EndpointSlots implements Slots {
  readonly #endpoints: readonly Endpoint[];
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<() => void>();
  #serving = false;

  /** @param endpoints of the pool, which may add to them */
  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints;
  }

  next(limits: SlotLimits): FreeSlot | undefined {
    this.examine();
    // Each that waits has met a failure: of many, new work would only make more.
    const waiting = [...this.#waiters].filter(({ isHedge }) => !isHedge).length;
    if (waiting >= this.#endpoints.length) return undefined;
    const room = (endpoint: Endpoint) => limits.of(endpoint.url).concurrency - endpoint.slots;
    // Where nobody is well, requests go where there is no room for them.
    if (this.#endpoints.reduce((sum, endpoint) => sum + room(endpoint), 0) <= 0) return undefined;
    const free = healthiest(this.#endpoints).filter((endpoint) => room(endpoint) > 0);
    if (free.length === 0) return undefined;
    // How many tokens they carry isn't known before they are packed.
    const endpoint = soonest(free, ({ slots }) => slots + 1);
    return { endpoint: endpoint.url, inFlight: endpoint.slots, take: () => this.#take(endpoint, limits) };
  }

  #take(endpoint: Endpoint, limits: SlotLimits): EndpointSlot {
    const slot = this.another(limits);
    slot.isNew = true;
    slot.moveTo(endpoint);
    return slot;
  }

  /** One more slot, that is nowhere yet. */
  another(limits: SlotLimits): EndpointSlot {
    return new EndpointSlot(limits, () => this.changed());
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** While one can work, or somebody waits for one that can, the others are asked how they are. */
  examine(): void {
    for (const endpoint of this.#endpoints) if (endpoint.isOut) void endpoint.reconsider();
    if (this.#endpoints.length < 2) return;
    if (this.#waiters.size === 0 && !this.#endpoints.some(isUsable)) return;
    for (const endpoint of this.#endpoints) endpoint.examine();
  }

  /**
   * Moves the slot to the soonest of some endpoints that is well; waits while all of these are full.
   * @returns undefined when none of them is well (any more); a hedge waits then, too
   * @throws the signal's reason
   */
  async place(
    slot: EndpointSlot,
    among: ReadonlySet<Endpoint>,
    {
      tokens,
      signal,
      isHedge = false,
    }: { tokens: number; signal?: AbortSignal | undefined; isHedge?: boolean },
  ): Promise<Endpoint | undefined> {
    const free = freeFor(slot, among);
    if (free === undefined && !isHedge) return undefined;
    if (free && free.length > 0) {
      const endpoint = soonest(free, tokensWith(tokens));
      slot.moveTo(endpoint);
      return endpoint;
    }
    // Two that each wait for the other's slot must not wait for ever.
    slot.release();
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      // Where nothing is answered any more, nothing else would look after the endpoints.
      const timer = setInterval(() => {
        this.examine();
        this.changed();
      }, lookMs);
      const end = () => {
        clearInterval(timer);
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        slot,
        among,
        isHedge,
        done: (endpoint) => {
          end();
          resolve(endpoint);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** A slot was given back, or an endpoint's health is another: those that wait come first. */
  changed(): void {
    // Serving moves slots, which would come here again.
    if (this.#serving) return;
    this.#serving = true;
    for (const waiter of this.#waiters) {
      const free = freeFor(waiter.slot, waiter.among) ?? (waiter.isHedge ? [] : undefined);
      if (free?.length === 0) continue;
      const endpoint = free && soonest(free, ({ slots }) => slots + 1);
      if (endpoint) waiter.slot.moveTo(endpoint);
      waiter.done(endpoint);
    }
    this.#serving = false;
    for (const listener of this.#listeners) listener();
  }
}

/** Undefined when none of the endpoints is well; empty while all that are have no room. */
function freeFor(slot: EndpointSlot, among: ReadonlySet<Endpoint>): Endpoint[] | undefined {
  const usable = [...among].filter(isUsable);
  return usable.length === 0 ? undefined : usable.filter((endpoint) => slot.hasRoomAt(endpoint));
}
