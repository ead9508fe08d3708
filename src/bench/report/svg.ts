// Small parts of charts: scales with round numbers, and labels that don't overlap.

/** A coordinate with one decimal. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Round numbers from 0 to at least `most`, four to seven of them. */
export function ticks(most: number): number[] {
  const rough = (most > 0 ? most : 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10);
  const count = Math.ceil(most / step - 0.001);
  return Array.from({ length: Math.max(1, count) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Moves values apart that are nearer than `gap`, and keeps their order. */
export function apart(values: readonly number[], gap: number): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  for (let at = 1; at < order.length; at++) {
    order[at]!.value = Math.max(order[at]!.value, order[at - 1]!.value + gap);
  }
  const result = new Array<number>(values.length);
  for (const { value, index } of order) result[index] = value;
  return result;
}
