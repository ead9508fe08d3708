// Sums of rows, a block of them in one call: row-sum.ts says what they are of. In AssemblyScript; `npm run kernel` compiles
// it into compiled.ts. All memory belongs to the caller, who hands in addresses; behind each input there must be 16 more
// bytes that may be read. The only loop that decides a sum is xxh64; tests hold it to a library.

const prime1: u64 = 0x9e3779b185ebca87;
const prime2: u64 = 0xc2b2ae3d27d4eb4f;
const prime3: u64 = 0x165667b19e3779f9;
const prime4: u64 = 0x85ebca77c2b2ae63;
const prime5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: a decorator of the compiler
@inline function round(sum: u64, input: u64): u64 {
  return rotl<u64>(sum + input * prime2, 31) * prime1;
}

// @ts-ignore: a decorator of the compiler
@inline function merge(hash: u64, sum: u64): u64 {
  return (hash ^ round(0, sum)) * prime1 + prime4;
}

/** The xxh64 of the bytes from `at` to `end`. */
export function xxh64(at: usize, end: usize, seed: u64): u64 {
  const length = <u64>(end - at);
  let hash: u64;
  if (length >= 32) {
    let a = seed + prime1 + prime2;
    let b = seed + prime2;
    let c = seed;
    let d = seed - prime1;
    const last = end - 32;
    do {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at, 8));
      c = round(c, load<u64>(at, 16));
      d = round(d, load<u64>(at, 24));
      at += 32;
    } while (at <= last);
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else {
    hash = seed + prime5;
  }
  hash += length;
  for (; at + 8 <= end; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * prime1 + prime4;
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * prime1), 23) * prime2 + prime3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * prime5), 11) * prime1;
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}

/** The next place of a byte, or `end`. */
function find(byte: u8, at: usize, end: usize): usize {
  const wanted = i8x16.splat(byte);
  for (; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return min<usize>(at + ctz<i32>(found), end);
  }
  return end;
}

/**
 * Sums of whole lines, each with its newline; the last one may lack it.
 * @param key where the bytes stand that an embedding begins with
 * @param keyLength 0 for lines without embeddings
 * @param scratch as long as the longest line
 * @param sums 8 bytes a row
 * @param embeddings 8 bytes a row
 * @param lengths 4 bytes a row
 * @param most lines that are summed
 * @returns how many lines were summed
 */
export function lines(
  at: usize, end: usize, key: usize, keyLength: usize, scratch: usize,
  sums: usize, embeddings: usize, lengths: usize, most: i32,
): i32 {
  let count = 0;
  for (; at < end && count < most; count++) {
    const next = min<usize>(find(10, at, end) + 1, end);
    let sum: u64;
    if (keyLength > 0) {
      const start = findKey(at, next, key, keyLength);
      const close = start < next ? find(93, start, next) + 1 : next + 1;
      const from = close <= next ? start : next;
      const to = close <= next ? close : next;
      store<u64>(embeddings, xxh64(from, to, 0));
      embeddings += 8;
      memory.copy(scratch, at, from - at);
      memory.copy(scratch + (from - at), to, next - to);
      sum = xxh64(scratch, scratch + (from - at) + (next - to), 0);
    } else {
      sum = xxh64(at, next, 0);
    }
    store<u64>(sums, sum);
    sums += 8;
    store<u32>(lengths, <u32>(next - at));
    lengths += 4;
    at = next;
  }
  return count;
}

function findKey(at: usize, end: usize, key: usize, keyLength: usize): usize {
  while (at + keyLength <= end) {
    at = find(44, at, end);
    if (at + keyLength > end) break;
    if (load<u64>(at) == load<u64>(key) && memory.compare(at, key, keyLength) == 0) return at;
    at++;
  }
  return end;
}

/** Sums of vectors, 8 bytes each. */
export function vectors(at: usize, count: i32, rowBytes: usize, sums: usize): void {
  for (let row = 0; row < count; row++) {
    store<u64>(sums, xxh64(at, at + rowBytes, 0));
    at += rowBytes;
    sums += 8;
  }
}
