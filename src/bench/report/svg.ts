// Small parts of pages and charts: markup with everything escaped, scales with round numbers.

/** Markup that is safe to put into a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/** A template whose values are escaped, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]!;
  for (const [index, part] of parts.entries()) text += rendered(part) + strings[index + 1]!;
  return new Markup(text);
}

export const emptyMarkup = new Markup('');

function rendered(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

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
