// The request slots of a pool's endpoints. Each endpoint has its own number of slots, so one that hangs blocks only its
// own. A request that moves to another endpoint gets a slot there before new work does.
import type { FreeSlot, RequestLimits, Slot, SlotLimits, Slots } from '../../types/requests.js';
import { healthiest, isUsable, soonest, tokensWith } from './choose-endpoint.js';
import type { Endpoint } from './endpoint.js';

/** The slot of one request, at one endpoint or at none yet. */
export class EndpointSlot implements Slot {
  readonly limits: SlotLimits;
  readonly #onFree: () => void;
  #at: Endpoint | undefined;
  #release: (() => void) | undefined;
  /** True when its request was not sent yet. */
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

/** Time between two checks of the endpoints while a request waits for one, in ms. */
const lookMs = 500;

/** A request that waits for a slot at one of several endpoints. */
interface Waiter {
  slot: EndpointSlot;
  among: ReadonlySet<Endpoint>;
  /** True for a second try of a request that is in flight elsewhere: new work doesn't wait for it. */
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
    // Each waiting request has failed once: while there are many, new work would only fail, too.
    const waiting = [...this.#waiters].filter(({ isHedge }) => !isHedge).length;
    if (waiting >= this.#endpoints.length) return undefined;
    const room = (endpoint: Endpoint) => limits.of(endpoint.url).concurrency - endpoint.slots;
    // Without healthy endpoints, requests go to endpoints without a free slot, too: don't add more.
    if (this.#endpoints.reduce((sum, endpoint) => sum + room(endpoint), 0) <= 0) return undefined;
    const free = healthiest(this.#endpoints).filter((endpoint) => room(endpoint) > 0);
    if (free.length === 0) return undefined;
    // Tokens are not known before the batch is packed, so slots count as work.
    const endpoint = soonest(free, ({ slots }) => slots + 1);
    return { endpoint: endpoint.url, inFlight: endpoint.slots, take: () => this.#take(endpoint, limits) };
  }

  #take(endpoint: Endpoint, limits: SlotLimits): EndpointSlot {
    const slot = this.another(limits);
    slot.isNew = true;
    slot.moveTo(endpoint);
    return slot;
  }

  /** A further slot, at no endpoint yet. */
  another(limits: SlotLimits): EndpointSlot {
    return new EndpointSlot(limits, () => this.changed());
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Probes the unhealthy endpoints while another can work, or a request waits. */
  examine(): void {
    for (const endpoint of this.#endpoints) if (endpoint.isOut) void endpoint.reconsider();
    if (this.#endpoints.length < 2) return;
    if (this.#waiters.size === 0 && !this.#endpoints.some(isUsable)) return;
    for (const endpoint of this.#endpoints) endpoint.examine();
  }

  /**
   * Moves the slot to the healthy endpoint that will answer first; waits while all healthy ones are full.
   * @returns undefined when none of them is healthy (any more); a hedge waits in that case, too
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
    // Give the old slot back first: two requests must not wait for each other's slot.
    slot.release();
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      // When no answers come any more, only this timer checks the endpoints.
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

  /** Call when a slot is free, or the health of an endpoint has changed: serves waiting requests first. */
  changed(): void {
    // Serving moves slots, which calls this again.
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

/** Healthy endpoints with a free slot: empty when they are full, undefined when none is healthy. */
function freeFor(slot: EndpointSlot, among: ReadonlySet<Endpoint>): Endpoint[] | undefined {
  const usable = [...among].filter(isUsable);
  return usable.length === 0 ? undefined : usable.filter((endpoint) => slot.hasRoomAt(endpoint));
}
