/**
 * A value of parsed JSON as text, for comparing and naming it. An object or a list is no text, and becomes an empty one:
 * `String` would throw for an object that has a key `toString`.
 */
export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '' : String(value);
}
