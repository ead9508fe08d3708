// The encodings that a text without a declaration may be in, with the languages that are written in each.

import { decodeDos } from './dos-tables.js';

export interface Encoding {
  /** As TextDecoder knows it. */
  label: string;
  languages: readonly string[];
  /** How much rarer it is than Windows-1252, as a cost. */
  rarity: number;
}

const western = ['en', 'de', 'fr', 'es', 'it', 'pt', 'sv', 'nl', 'da', 'nb', 'fi', 'ca', 'is', 'id'];
const central = ['cs', 'pl', 'hu', 'sk', 'sl', 'hr', 'ro', 'de'];
const cyrillic = ['ru', 'uk', 'bg', 'sr', 'be', 'mk'];
const baltic = ['lt', 'lv', 'et'];

export const encodings: readonly Encoding[] = [
  { label: 'windows-1252', languages: western, rarity: 0 },
  { label: 'gb18030', languages: ['hans'], rarity: 1 },
  { label: 'big5', languages: ['hant'], rarity: 1 },
  { label: 'shift_jis', languages: ['ja'], rarity: 1 },
  { label: 'euc-jp', languages: ['ja'], rarity: 1 },
  { label: 'euc-kr', languages: ['ko'], rarity: 1 },
  { label: 'windows-1250', languages: central, rarity: 1 },
  { label: 'windows-1251', languages: cyrillic, rarity: 1 },
  { label: 'koi8-r', languages: ['ru', 'bg'], rarity: 1.5 },
  { label: 'windows-1253', languages: ['el'], rarity: 1.5 },
  { label: 'windows-1254', languages: ['tr'], rarity: 1.5 },
  { label: 'windows-1255', languages: ['he'], rarity: 1.5 },
  { label: 'windows-1256', languages: ['ar', 'fa'], rarity: 1.5 },
  { label: 'windows-1257', languages: baltic, rarity: 1.5 },
  { label: 'windows-874', languages: ['th'], rarity: 2 },
  { label: 'koi8-u', languages: ['uk'], rarity: 3 },
  { label: 'windows-1258', languages: ['vi'], rarity: 4 },
  { label: 'iso-8859-2', languages: central, rarity: 4 },
  { label: 'iso-8859-5', languages: cyrillic, rarity: 4 },
  { label: 'iso-8859-7', languages: ['el'], rarity: 4 },
  { label: 'iso-8859-15', languages: ['fr', 'fi', 'de', 'es', 'it'], rarity: 4 },
  { label: 'ibm866', languages: ['ru', 'uk', 'be'], rarity: 4 },
  { label: 'ibm850', languages: western, rarity: 5 },
  { label: 'ibm852', languages: central, rarity: 5 },
  { label: 'x-mac-cyrillic', languages: ['ru'], rarity: 5 },
  { label: 'macintosh', languages: western, rarity: 5 },
];

/** The characters of the bytes 80 to 9F. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

export function decodeAs(label: string, bytes: Buffer): string {
  if (label === 'windows-1252') return decodeWindows1252(bytes);
  const dos = decodeDos(label, bytes);
  if (dos !== undefined) return dos;
  // Node decodes GBK without the characters that only GB 18030 has; the standard has them alike.
  const name = label === 'gbk' ? 'gb18030' : label;
  let decoder = decoders.get(name);
  if (decoder === undefined) {
    decoder = new TextDecoder(name, { ignoreBOM: true });
    decoders.set(name, decoder);
  }
  return decoder.decode(bytes);
}

/** Doesn't use TextDecoder: Node 20 decodes it as Latin-1, without quotes, dashes and the euro sign. */
function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]!);
}
