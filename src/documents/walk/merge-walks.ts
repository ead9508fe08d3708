// Merges several sorted walks. A walk is opened only when the order reaches it, so thousands of roots cost no more than
// one.

import type { RawPath } from './sources/source-name.js';
import type { Item } from './walk-tree.js';

export interface Stream {
  /** No item of the stream sorts before this key. */
  from: RawPath;
  items: Iterator<Item>;
}

interface Waiting extends Stream {
  head?: Item;
}

/** All items in order of their keys; items without a key as soon as they come. */
export function* merge(streams: readonly Stream[]): Generator<Item, void, undefined> {
  const queue: Waiting[] = [...streams].sort((one, other) => (one.from < other.from ? -1 : 1));
  for (let stream = queue.shift(); stream !== undefined; stream = queue.shift()) {
    const limit = queue[0]?.from;
    for (;;) {
      const item = stream.head ?? next(stream);
      delete stream.head;
      if (item === undefined) break;
      if ('key' in item && limit !== undefined && item.key > limit) {
        insert(queue, { from: item.key, items: stream.items, head: item });
        break;
      }
      yield item;
    }
  }
}

function next(stream: Stream): Item | undefined {
  const result = stream.items.next();
  return result.done ? undefined : result.value;
}

function insert(queue: Waiting[], stream: Waiting): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (queue[middle]!.from <= stream.from) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, stream);
}
