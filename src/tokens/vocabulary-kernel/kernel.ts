// src/tokens/vocabulary-kernel: fills the trie of a vocabulary in WebAssembly. A run does it once, before its first request, when
// JavaScript isn't optimized yet. trie.as is the source, compiled.ts what it became; ../trie.ts
// is what it is held to.
import { webAssembly } from '../../web-assembly.js';
import type { KernelMemory } from '../kernel/text-memory.js';
import { mostNodes, type Trie } from '../trie.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: KernelMemory;
  free(): number;
  lay(fromAt: number, unitsAt: number, toAt: number, slots: number): void;
  fill(text: number, length: number, wordStart: number, ends: number, most: number): number;
}

const pageBytes = 64 * 1024;
/** Max UTF-16 units of a vocabulary. The largest ones of models have some 3 million. */
const mostUnits = 8 * 1024 * 1024;
/** Its memory has 11 bytes a slot. */
const mostSlots = 4 * 1024 * 1024;

/**
 * A trie of these tokens, as trie.ts fills it.
 * @param joined the tokens with line feeds between them
 * @param tokens how many
 * @param wordStart as `fill` of trie.as has it
 * @returns `full` when it needs more slots; undefined where a token holds a line feed, or there are too many
 */
export function trieByKernel(
  joined: string,
  tokens: number,
  wordStart: number,
  slots: number,
): Trie | 'full' | undefined {
  const { length } = joined;
  if (length > mostUnits || slots > mostSlots) return undefined;
  const module = new webAssembly.Module(Buffer.from(compiled, 'base64'));
  const { memory, free, lay, fill } = new webAssembly.Instance(module, {}).exports as Exports;
  const toAt = free();
  const fromAt = toAt + slots * 4;
  const unitsAt = fromAt + slots * 4;
  const endsAt = unitsAt + slots * 2;
  const textAt = endsAt + slots;
  memory.grow(Math.ceil((textAt + length * 2 - memory.buffer.byteLength) / pageBytes));
  const { buffer } = memory;
  Buffer.from(buffer).write(joined, textAt, 'utf16le');
  lay(fromAt, unitsAt, toAt, slots);
  const found = fill(textAt, length, wordStart, endsAt, mostNodes(slots));
  if (found === -1) return 'full';
  if (found !== tokens) return undefined;
  return {
    from: new Int32Array(buffer, fromAt, slots),
    units: new Uint16Array(buffer, unitsAt, slots),
    to: new Int32Array(buffer, toAt, slots),
    ends: new Uint8Array(buffer, endsAt, slots),
  };
}
