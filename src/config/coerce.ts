// From the text of a flag or variable to a value of the setting's kind.
import { expandHome } from '../files/home.js';
import { parseSize } from '../text/sizes.js';
import type { SettingKind } from './settings.js';

/**
 * The value that `text` stands for. What can't be read is returned as it is: the schema then refuses
 * it in a sentence that shows the text.
 */
export function coerce(kind: SettingKind, text: string): unknown {
  switch (kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return { true: true, '1': true, false: false, '0': false }[text.trim().toLowerCase()] ?? text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'bytes':
      return parseSize(text) ?? text;
    case 'duration':
      return milliseconds(text);
    case 'path':
      return expandHome(text);
    default:
      return text;
  }
}

const HOUR = 3_600_000;
const MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: HOUR,
  d: 24 * HOUR,
  w: 168 * HOUR,
};

/** `90s`, `10m`, `1.5 h`, `30d`, `500ms`; a bare 0 needs no unit. */
function milliseconds(text: string): number | string {
  if (text.trim() === '0') return 0;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d|w)$/i.exec(text.trim());
  const unit = MS[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? text : Math.round(Number(match[1]) * unit);
}
