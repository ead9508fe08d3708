// Characters of the fonts Symbol and Wingdings, which keep others in the places of letters → characters of Unicode.

/** Symbol, from 0x41, and from 0xA1 on. */
const symbolLetters = 'ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼';
const symbolSigns = 'ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑';
const wingdings: Record<number, string> = {
  40: '☎',
  42: '✉',
  74: '☺',
  108: '●',
  110: '■',
  111: '☐',
  113: '❑',
  167: '▪',
  168: '☐',
  223: '←',
  224: '→',
  225: '↑',
  226: '↓',
  240: '⇨',
  251: '✗',
  252: '✓',
  253: '☒',
  254: '☑',
};
const wingdings2: Record<number, string> = { 79: '✗', 80: '✓', 81: '☒', 82: '☑', 163: '☐' };
/** Where these fonts keep their characters, so that no program takes them for letters. */
const privateUse = /[\uf020-\uf0ff]/g;

/** @returns '' for a sign that is only an ornament */
export function symbolText(font: string | undefined, code: number): string {
  const place = code & 0xff;
  const name = font?.toLowerCase() ?? '';
  if (name === 'wingdings') return wingdings[place] ?? '';
  if (name === 'wingdings 2') return wingdings2[place] ?? '';
  if (name !== 'symbol') return code >= 0xf000 && code <= 0xf0ff ? '' : character(code);
  if (place >= 0xa1) return symbolSigns[place - 0xa1] ?? '';
  if (place >= 0x41) return symbolLetters[place - 0x41] ?? '';
  return String.fromCharCode(place);
}

/** The text of a run, whose font may keep other characters in the places of these. */
export function withSymbols(text: string, font: string | undefined): string {
  return text.replace(privateUse, (char) => symbolText(font ?? 'symbol', char.charCodeAt(0)));
}

function character(code: number): string {
  return code > 0 && code <= 0xffff && (code < 0xd800 || code > 0xdfff) ? String.fromCharCode(code) : '';
}
