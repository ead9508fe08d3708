// Parts of a formula as one types them in a line: `x2`, `10^6`, `√(x+1)`, `(a+b)/2c`.

const simple = /^(?:.|[\p{L}\p{N}.,]+|\([^()]*\))$/su;
const wordEnd = /\p{L}$/u;
const digits = /^\d+$/;

/** Brackets, where it is more than one thing. */
export function grouped(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || simple.test(trimmed) ? trimmed : `(${trimmed})`;
}

/** An index or exponent. Digits after a letter stand as they are (`x2`); elsewhere they would be part of a number. */
export function raised(base: string, sign: '^' | '_', text: string): string {
  if (text.trim() === '') return base;
  const isPlain = wordEnd.test(base) && digits.test(text);
  return isPlain ? base + text : `${grouped(base)}${sign}${grouped(text)}`;
}

export function rooted(degree: string, text: string): string {
  const sign = { '': '√', '2': '√', '3': '∛', '4': '∜' }[degree.trim()] ?? `${grouped(degree)}√`;
  return `${sign}${grouped(text)}`;
}
