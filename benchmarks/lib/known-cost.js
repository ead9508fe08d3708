// An embedder whose batches take a known time, one after the other, and whose vectors cost nothing.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const dimensions = 384;

/** @param batchMs time of a batch, whatever is in it; 0: at once */
export function knownCost(batchMs) {
  const known = new Map();
  let last = Promise.resolve();
  const turn = async () => {
    const before = last;
    let end;
    last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    await sleep(batchMs);
    end();
  };
  return {
    identity: {
      embedder: 'ollama',
      variant: '',
      model: 'known-cost',
      digest: '',
      dimensions,
      options: {},
      prefixes: { document: '', query: '' },
    },
    counter: { id: 'estimate/1', special: 2, count: (text) => text.length >> 2 },
    maxTokens: 512,
    defaultChunkTokens: 512,
    async embed(texts) {
      if (batchMs > 0) await turn();
      return texts.map((text) => vectorOf(text, known));
    },
    close: async () => undefined,
  };
}

/** 64 vectors, which texts share. */
function vectorOf(text, known) {
  const seed = createHash('sha1').update(text).digest().readUInt8(0) % 64;
  let vector = known.get(seed);
  if (vector === undefined) {
    const bytes = createHash('shake256', { outputLength: dimensions }).update(`${seed}`).digest();
    vector = Float32Array.from(bytes, (byte) => byte / 128 - 1);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    vector = vector.map((value) => value / norm);
    known.set(seed, vector);
  }
  return vector.slice();
}
