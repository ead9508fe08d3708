// JSON of strangers before code of ours goes down into it: what nests deeper than the stack is high ends in an
// error in the middle of anything, and a value that holds itself (YAML's aliases) has no end at all.

/** Whether a value has at most so many levels and parts; its parts are counted as often as they are named. */
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
