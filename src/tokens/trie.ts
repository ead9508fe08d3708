// The trie of a vocabulary as four arrays, filled in JavaScript. vocabulary-kernel/ fills the same in WebAssembly.

/** Open addressing: the edge in slot i leads from node from[i] by unit units[i] to node to[i] (0 = free). All have one length. */
export interface Trie {
  from: Int32Array;
  units: Uint16Array;
  to: Int32Array;
  /** 1 where a token ends, by node. */
  ends: Uint8Array;
}

export const rootNode = 0;

/** Max nodes of a trie with so many slots: in a fuller one, it takes long to find an edge. */
export function mostNodes(slots: number): number {
  return Math.floor(slots * 0.6);
}

/** Slot of an edge, or the free slot for it. */
export function slotOf({ from, units, to }: Trie, node: number, unit: number): number {
  const mask = to.length - 1;
  let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 0;
  slot = (slot ^ (slot >>> 15)) & mask;
  while (to[slot] !== 0 && (from[slot] !== node || units[slot] !== unit)) slot = (slot + 1) & mask;
  return slot;
}

/**
 * @param wordStart the code of what is put before tokens that don't begin with ##, which these lose; 0: tokens are taken as they are
 * @param slots a power of two
 * @returns `full` when it needs more
 */
export function trieOf(tokens: readonly string[], wordStart: number, slots: number): Trie | 'full' {
  const trie = {
    ...{ from: new Int32Array(slots), units: new Uint16Array(slots) },
    ...{ to: new Int32Array(slots), ends: new Uint8Array(slots) },
  };
  let nodes = 1;
  const behind = (node: number, unit: number): number => {
    const slot = slotOf(trie, node, unit);
    if (trie.to[slot] !== 0) return trie.to[slot]!;
    trie.from[slot] = node;
    trie.units[slot] = unit;
    trie.to[slot] = nodes;
    return nodes++;
  };
  for (const token of tokens) {
    if (nodes + token.length + 1 > mostNodes(slots)) return 'full';
    const isInside = wordStart === 0 || token.startsWith('##');
    let node = isInside ? rootNode : behind(rootNode, wordStart);
    for (let index = isInside && wordStart !== 0 ? 2 : 0; index < token.length; index++) {
      node = behind(node, token.charCodeAt(index));
    }
    trie.ends[node] = 1;
  }
  return trie;
}
