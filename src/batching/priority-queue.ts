// The order of waiting texts: by priority; lanes (callers) of the same priority take turns; within a lane, first come
// first served. Every eighth text is the one that has waited longest, so that none waits for ever. Beside a long lane, the
// texts of short ones may be taken alone.
import type { Priority } from '../types/requests.js';

/** An element of the queue. */
export interface Entry {
  /** Only {@link PriorityQueue.promote} may change it, and only to a better one. */
  priority: Priority;
  /** Entries of one lane never overtake each other; lanes take turns. */
  readonly lane: string;
  /** Set false to leave the queue at any time; call {@link PriorityQueue.left} then. */
  waiting: boolean;
}

/** One in this many places goes to the longest wait. */
const ageEvery = 8;

export class PriorityQueue<E extends Entry> {
  readonly #levels = Array.from({ length: 5 }, () => new Level<E>());
  readonly #arrivals = new Fifo<E>();
  #size = 0;
  #takes = 0;

  /** Entries that wait. */
  get size(): number {
    return this.#size;
  }

  add(entry: E): void {
    this.#arrivals.push(entry);
    this.#levels[entry.priority]!.push(entry);
    this.#size++;
  }

  /** Moves a waiting entry up. Its old places are skipped once it is taken. */
  promote(entry: E, priority: Priority): void {
    if (priority >= entry.priority) return;
    entry.priority = priority;
    this.#levels[priority]!.push(entry);
  }

  /** The entry that {@link take} would return. */
  peek(): E | undefined {
    return this.#takes % ageEvery === ageEvery - 1 ? this.oldest() : this.#first()?.peek();
  }

  take(): E | undefined {
    const byAge = this.#takes % ageEvery === ageEvery - 1;
    const entry = byAge ? this.oldest() : this.#first()?.take();
    if (!entry) return undefined;
    entry.waiting = false;
    this.#size--;
    this.#takes++;
    return entry;
  }

  /**
   * The most urgent entries of short lanes, when another lane is long; undefined when there is none of either. Taken
   * from here, they leave the queue.
   * @param most entries of a short lane
   * @param least entries of a long lane
   */
  short(most: number, least: number): { peek(): E | undefined; take(): E | undefined } | undefined {
    const lanes = this.#levels.find((level) => level.peek() !== undefined)?.short(most, least);
    if (!lanes) return undefined;
    const peek = () => {
      while (lanes.length > 0 && lanes.at(-1)!.peek() === undefined) lanes.pop();
      return lanes.at(-1)?.peek();
    };
    const take = () => {
      const entry = peek();
      if (!entry) return undefined;
      entry.waiting = false;
      this.#size--;
      this.#takes++;
      return entry;
    };
    return { peek, take };
  }

  /** The entry that has waited longest. */
  oldest(): E | undefined {
    return this.#arrivals.peek();
  }

  /** Call when an entry of this queue doesn't wait any more. */
  left(): void {
    this.#size--;
    // Entries that left keep their places until these reach the front. When there are many, they are removed here.
    if (this.#arrivals.length <= 1024 || this.#arrivals.length <= this.#size * 2) return;
    this.#arrivals.clear();
    for (const level of this.#levels) level.clear();
  }

  #first(): Level<E> | undefined {
    return this.#levels.find((level) => level.peek() !== undefined);
  }
}

/** The lanes of one priority, taking turns. */
class Level<E extends Entry> {
  readonly #byName = new Map<string, Fifo<E>>();
  #lanes: Fifo<E>[] = [];
  /** Index of the lane whose turn it is. */
  #turn = 0;

  push(entry: E): void {
    let lane = this.#byName.get(entry.lane);
    if (!lane) {
      lane = new Fifo(entry.lane);
      this.#byName.set(entry.lane, lane);
      this.#lanes.push(lane);
    }
    lane.push(entry);
  }

  peek(): E | undefined {
    while (this.#lanes.length > 0) {
      if (this.#turn >= this.#lanes.length) this.#turn = 0;
      const lane = this.#lanes[this.#turn]!;
      const entry = lane.peek();
      if (entry) return entry;
      this.#lanes.splice(this.#turn, 1);
      this.#byName.delete(lane.name);
    }
    return undefined;
  }

  take(): E | undefined {
    const entry = this.peek();
    if (entry) this.#turn++;
    return entry;
  }

  /** The lanes with few entries, the one whose turn it is last; undefined when no other has many. */
  short(most: number, least: number): Fifo<E>[] | undefined {
    const lanes = [...this.#lanes.slice(this.#turn), ...this.#lanes.slice(0, this.#turn)];
    const short = lanes.filter((lane) => lane.length <= most && lane.peek() !== undefined);
    return short.length > 0 && lanes.some((lane) => lane.length >= least) ? short.reverse() : undefined;
  }

  clear(): void {
    for (const lane of this.#lanes) lane.clear();
  }
}

/** First in, first out; skips entries that don't wait any more. */
class Fifo<E extends Entry> {
  readonly name: string;
  #entries: E[] = [];
  #head = 0;

  constructor(name = '') {
    this.name = name;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: E): void {
    this.#entries.push(entry);
  }

  peek(): E | undefined {
    while (this.#head < this.#entries.length && !this.#entries[this.#head]!.waiting) this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return this.#entries[this.#head];
  }

  /** Removes entries that don't wait any more. */
  clear(): void {
    this.#entries = this.#entries.filter((entry) => entry.waiting);
    this.#head = 0;
  }
}
