// A setting's value as people may see it, and paste it into a bug report.
import { maskAddress, maskAddresses } from '../net/masked-address.js';
import type { Setting } from './settings.js';

/** The value with its secrets masked; lists stay lists. */
export function shownValue({ kind, address }: Setting, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (kind === 'secret') return '****';
  const mask = address ? maskAddress : maskAddresses;
  if (Array.isArray(value)) return value.map((one) => mask(String(one)));
  return typeof value === 'string' ? mask(value) : value;
}
