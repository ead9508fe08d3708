// Delivers one request through a pool. When an endpoint fails and the texts are not the cause, another one is asked.
// When an answer is late, a second endpoint is asked as well (hedging).
import { setImmediate as nextLoop, setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../../debug.js';
import { EmbedderFault } from '../../errors.js';
import { goesElsewhere, mostTelling } from '../../fault-policy.js';
import type { Vector } from '../../types/vector.js';
import { healthiest, isHealthier, isUsable, lateAfterMs, soonest, tokensWith } from './choose-endpoint.js';
import type { Endpoint, EndpointRequest } from './endpoint.js';
import { EndpointSlot, type EndpointSlots } from './endpoint-slots.js';
import { Race } from './race.js';

/** A server that has answered is late when it doesn't confirm its model within this time, in ms. */
const confirmMs = 1000;

/** Max answers of an endpoint that wait to be confirmed without holding a slot, to bound memory. */
const mostUnconfirmed = 32;

/** How often the expected time is computed again, in ms. */
const lookMs = 1000;

/** One of several tries of the request. */
interface Trial {
  signal: AbortSignal;
  onAnswer?(): void;
}

export class Delivery {
  readonly #endpoints: readonly Endpoint[];
  readonly #slots: EndpointSlots;
  readonly #texts: readonly string[];
  readonly #request: EndpointRequest;
  readonly #slot: EndpointSlot | undefined;
  /** Endpoints that weren't asked yet. */
  readonly #left: Set<Endpoint>;
  readonly #faults: EmbedderFault[] = [];

  constructor(
    endpoints: readonly Endpoint[],
    slots: EndpointSlots,
    texts: readonly string[],
    request: EndpointRequest,
  ) {
    this.#endpoints = endpoints;
    this.#slots = slots;
    this.#texts = texts;
    this.#request = request;
    this.#slot = request.slot instanceof EndpointSlot ? request.slot : undefined;
    const cutting = request.truncate ? endpoints.filter((one) => !one.refusesToCut) : endpoints;
    this.#left = new Set(cutting.length > 0 ? cutting : endpoints);
  }

  /** @throws {EmbedderFault} the most useful one, when all endpoints have failed */
  async run(): Promise<Vector[]> {
    for (;;) {
      const next = this.#nextEndpoint();
      // Without an `await` when there is a slot: the next choice must see that this one is taken.
      const endpoint = next instanceof Promise ? await next : next;
      if (endpoint === undefined) throw mostTelling(this.#faults);
      this.#left.delete(endpoint);
      try {
        return this.#left.size === 0
          ? await this.#ask(endpoint, this.#slot)
          : await this.#askInTime(endpoint);
      } catch (error) {
        if (!this.#mayGoOn(error)) throw error;
        this.#faults.push(error);
      }
    }
  }

  #mayGoOn(error: unknown): error is EmbedderFault {
    const { signal } = this.#request;
    return error instanceof EmbedderFault && !signal?.aborted && goesElsewhere(error, this.#texts.length);
  }

  /** Undefined when all were asked, or the rest is less healthy than one that was asked. */
  #nextEndpoint(): Endpoint | undefined | Promise<Endpoint | undefined> {
    const slot = this.#slot;
    if (slot?.isNew) {
      slot.isNew = false;
      if (slot.at === undefined || this.#left.has(slot.at)) return slot.at;
    }
    this.#slots.examine();
    if (this.#left.size === 0) return undefined;
    if (this.#faults.length > 0 && isHealthier(this.#endpoints, this.#left)) return undefined;
    const best = healthiest(this.#left);
    if (slot && best.some(isUsable)) return this.#slotAtOneOf(slot);
    const endpoint = soonest(best, tokensWith(this.#request.tokens));
    slot?.moveTo(endpoint);
    return endpoint;
  }

  async #slotAtOneOf(slot: EndpointSlot): Promise<Endpoint | undefined> {
    const { signal, tokens } = this.#request;
    const endpoint = await this.#slots.place(slot, this.#left, { tokens, signal });
    return endpoint ?? (await this.#nextEndpoint());
  }

  #ask(endpoint: Endpoint, slot: EndpointSlot | undefined, trial?: Trial): Promise<Vector[]> {
    const request = trial ? { ...this.#request, signal: trial.signal } : this.#request;
    return endpoint.embed(this.#texts, request, {
      limits: slot?.limitsOf(endpoint),
      patienceMs: trial && confirmMs,
      onAnswer: () => {
        trial?.onAnswer?.();
        // The server can do other work while it is asked about its model.
        if (endpoint.unconfirmed < mostUnconfirmed) slot?.release();
      },
    });
  }

  /** Asks a second endpoint when the first is late. The first answer counts, the other request is aborted. */
  async #askInTime(endpoint: Endpoint): Promise<Vector[]> {
    const race = new Race<Vector[]>(
      this.#request.signal,
      (error) => this.#mayGoOn(error),
      (errors) => mostTelling(errors as EmbedderFault[]),
    );
    const ahead = endpoint.tokensInFlight + this.#request.tokens;
    let isAnswered = false;
    const onAnswer = () => {
      isAnswered = true;
    };
    void race.enter((signal) => this.#ask(endpoint, this.#slot, { signal, onAnswer }));
    const watch = this.#watch(endpoint, ahead, race, () => isAnswered).catch((error: unknown) => {
      if (!race.ending.aborted) race.fail(error);
    });
    try {
      return await race.result;
    } finally {
      race.end();
      await watch;
    }
  }

  /** Watches until the race is over, or the first try is answered in time. */
  async #watch(
    endpoint: Endpoint,
    ahead: number,
    race: Race<Vector[]>,
    isAnswered: () => boolean,
  ): Promise<void> {
    await this.#untilLate(endpoint, ahead, race.ending);
    // Only its confirmation is missing, which has its own time limit.
    if (isAnswered()) return;
    const ended = endpoint.late();
    this.#slots.changed();
    const slot = this.#slot && this.#slots.another(this.#slot.limits);
    try {
      const other = await this.#second(slot, race.ending);
      if (other === undefined || race.ending.aborted) return;
      this.#left.delete(other);
      slot?.limits.hedged();
      debug.embedder?.(`${endpoint.url} is late with its answer: asking ${other.url}, too`);
      await race.enter((signal) => this.#ask(other, slot, { signal }));
    } finally {
      slot?.release();
      ended(race.winner === 1);
      this.#slots.changed();
    }
  }

  async #untilLate(endpoint: Endpoint, ahead: number, signal: AbortSignal): Promise<void> {
    const start = performance.now();
    for (;;) {
      const lateMs = lateAfterMs(endpoint, ahead, this.#endpoints);
      const leftMs = lateMs === undefined ? lookMs : start + lateMs - performance.now();
      await sleep(Math.min(Math.max(0, leftMs), lookMs), undefined, { signal });
      // In a busy process, the timer may fire before an answer that has come already is read.
      await nextLoop(undefined, { signal });
      if (lateMs !== undefined && performance.now() - start >= lateMs) return;
    }
  }

  async #second(slot: EndpointSlot | undefined, signal: AbortSignal): Promise<Endpoint | undefined> {
    const { tokens } = this.#request;
    if (slot) return await this.#slots.place(slot, this.#left, { tokens, signal, isHedge: true });
    const usable = [...this.#left].filter(isUsable);
    return usable.length === 0 ? undefined : soonest(usable, tokensWith(tokens));
  }
}
