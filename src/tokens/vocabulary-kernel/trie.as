// Fills the trie of a vocabulary. In AssemblyScript; `npm run kernel` compiles it into compiled.ts. vocabulary.ts does the same in
// JavaScript, and reads what either has filled. The caller lays out the memory, all of it 0.

/** Open addressing: the edge in slot i leads from node from[i] by unit units[i] to node to[i] (0 = free). */
let from: usize;
let units: usize;
let to: usize;
let mask: u32;
let nodes: i32;

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/** Where the edges belong. @param slots of each, a power of two */
export function lay(fromAt: usize, unitsAt: usize, toAt: usize, slots: u32): void {
  from = fromAt;
  units = unitsAt;
  to = toAt;
  mask = slots - 1;
  nodes = 1;
}

/** The node behind an edge, which is made where there is none. */
// @ts-ignore: a decorator of the compiler
@inline function behind(node: i32, unit: u32): i32 {
  const mixed = <u32>node * 0x9e3779b1 ^ unit * 0x85ebca6b;
  let slot = <usize>((mixed ^ (mixed >> 15)) & mask);
  for (;;) {
    const next = load<i32>(to + (slot << 2));
    if (next == 0) break;
    if (load<i32>(from + (slot << 2)) == node && <u32>load<u16>(units + (slot << 1)) == unit) return next;
    slot = (slot + 1) & mask;
  }
  store<i32>(from + (slot << 2), node);
  store<u16>(units + (slot << 1), <u16>unit);
  store<i32>(to + (slot << 2), nodes);
  return nodes++;
}

/**
 * @param text UTF-16, tokens with line feeds between them
 * @param wordStart put before tokens that don't begin with ##, which these lose; 0: tokens are taken as they are
 * @param ends gets a 1 for each node where a token ends
 * @param most nodes that it may have
 * @returns the tokens in the text; -1 when it needs more nodes
 */
export function fill(text: usize, length: i32, wordStart: u32, ends: usize, most: i32): i32 {
  const end = text + (<usize>length << 1);
  let tokens = 0;
  // Behind the last token there is no line feed, so its end counts as one.
  for (let at = text; at <= end; at += 2) {
    let stop = at;
    while (stop < end && load<u16>(stop) != 10) stop += 2;
    // As many nodes as the token has units, and one for its start, may come.
    if (nodes + <i32>((stop - at) >> 1) + 1 > most) return -1;
    let node = 0;
    if (wordStart != 0) {
      if (stop - at >= 4 && load<u32>(at) == 0x230023) at += 4;
      else node = behind(node, wordStart);
    }
    for (; at < stop; at += 2) node = behind(node, load<u16>(at));
    store<u8>(ends + node, 1);
    tokens++;
  }
  return tokens;
}
