// Prepared vectors of servers that cost next to nothing, and which of them a text gets.

/** By its length and some of its characters: unlike texts must get unlike vectors, and nothing more is needed. */
export function placeOf(text, places) {
  let hash = text.length;
  const step = 1 + (text.length >> 4);
  for (let at = 0; at < text.length; at += step) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (places - 1);
}

export function unitVector(place, dimensions) {
  const values = Array.from({ length: dimensions }, (_, index) =>
    Math.sin(index * index + 1 + place * index),
  );
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}
