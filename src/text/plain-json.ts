// Checks values of strangers before our code walks through them. A value that nests too deep would overflow the stack, and
// a value that contains itself (YAML's aliases) has no end.

/** True when a value has at most so many levels and parts. A part that is used several times counts each time. */
export function isPlain(value: unknown, most: { levels: number; parts: number }): boolean {
  const open: { value: unknown; level: number }[] = [{ value, level: 0 }];
  for (let parts = 0; open.length > 0; parts++) {
    const one = open.pop()!;
    if (parts > most.parts) return false;
    if (typeof one.value !== 'object' || one.value === null) continue;
    const inner = Object.values(one.value);
    if (inner.length > (one.level < most.levels ? most.parts : 0)) return false;
    for (const part of inner) open.push({ value: part, level: one.level + 1 });
  }
  return true;
}

/** True for an object of JSON: neither a list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
