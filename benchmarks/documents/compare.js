// How two texts of one file differ, by their words: letters and digits, in lower case.

/** Longer texts are compared in parts of this many words, as the time grows with the square. */
const partWords = 40_000;

/**
 * @returns `words` of the reference, `ours`, those that both have (`common`), of these the longest sequence in the same
 * order (`inOrder`), those that only we have (`extra`); the shares `coverage`, `order` and `noise`; and the words that differ
 */
export function compare(text, referenceText) {
  const ours = wordsOf(text);
  const reference = wordsOf(referenceText);
  const missing = without(reference, ours);
  const added = without(ours, reference);
  const common = reference.length - missing.length;
  const inOrder = longestInOrder(ours, reference);
  return {
    words: reference.length,
    ours: ours.length,
    common,
    inOrder,
    extra: added.length,
    // Numbers of lists and headings, which some readers don't count.
    extraWords: added.filter((word) => !/^\d+$/.test(word)).length,
    coverage: common / reference.length,
    order: common === 0 ? 1 : Math.min(1, inOrder / common),
    noise: ours.length === 0 ? 0 : added.length / ours.length,
    missing,
    added,
  };
}

function wordsOf(text) {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** What is left of `words` when each of `others` takes one away. */
function without(words, others) {
  const counts = new Map();
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.filter((word) => {
    const count = counts.get(word) ?? 0;
    if (count > 0) counts.set(word, count - 1);
    return count === 0;
  });
}

/** The length of the longest common subsequence; in parts, which is never more than that of the whole. */
function longestInOrder(ours, reference) {
  const parts = Math.max(1, Math.ceil(Math.max(ours.length, reference.length) / partWords));
  let total = 0;
  for (let part = 0; part < parts; part++) {
    const slice = (words) =>
      words.slice(Math.floor((words.length * part) / parts), Math.floor((words.length * (part + 1)) / parts));
    total += longestCommon(slice(ours), slice(reference));
  }
  return total;
}

/** Hyyrö's bit-parallel algorithm, 32 words at a time. */
function longestCommon(one, other) {
  const places = new Map();
  for (const [at, word] of one.entries()) places.set(word, [...(places.get(word) ?? []), at]);
  const blocks = Math.ceil(one.length / 32);
  const masks = new Map();
  for (const [word, at] of places) {
    const mask = new Map();
    for (const place of at) mask.set(place >>> 5, (mask.get(place >>> 5) ?? 0) | (1 << (place & 31)));
    masks.set(word, mask);
  }
  const row = new Uint32Array(blocks).fill(0xffffffff);
  for (const word of other) {
    const mask = masks.get(word);
    if (!mask) continue;
    let carry = 0;
    for (let block = Math.min(...mask.keys()); block < blocks; block++) {
      const before = row[block];
      const matches = (before & (mask.get(block) ?? 0)) >>> 0;
      const sum = before + matches + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      row[block] = (sum >>> 0) | ((before - matches) >>> 0);
    }
  }
  let zeros = 0;
  for (let at = 0; at < one.length; at++) if ((row[at >>> 5] & (1 << (at & 31))) === 0) zeros++;
  return zeros;
}
