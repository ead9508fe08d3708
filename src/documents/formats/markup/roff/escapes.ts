// Escapes of roff → the characters that people read.

/** Names of two characters, and what groff shows for each. */
const named = new Map(
  (
    'em— en– hy- mi− bu• lq“ rq” oq‘ cq’ aq\' dq" ga` ha^ ti~ rs\\ sl/ ul_ ru_ at@ sh# Do$ lB[ rB] lC{ rC} la⟨ ra⟩ ba| or| br│ bv⎪ rn‾ bb¦ ' +
    '<=≤ >=≥ !=≠ ==≡ ~=≈ ~~≈ =~≅ |=≃ ap∼ ne≢ +-± -+∓ mu× di÷ pl+ eq= no¬ de° %0‰ f/⁄ co© rg® tm™ sc§ dg† dd‡ ct¢ Eu€ eu€ Po£ Ye¥ Cs¤ Fnƒ ' +
    '->→ <-← <>↔ ua↑ da↓ va↕ rA⇒ lA⇐ hA⇔ uA⇑ dA⇓ vA⇕ if∞ fm′ sd″ mcµ pc· md⋅ **∗ c*⊗ c+⊕ 12½ 14¼ 34¾ 18⅛ 38⅜ 58⅝ 78⅞ S1¹ S2² S3³ Ofª Omº ' +
    'ssß aeæ AEÆ oeœ OEŒ ijĳ IJĲ /oø /OØ /lł /LŁ oaå oAÅ -DÐ Sdð TPÞ Tpþ .iı .jȷ Fo« Fc» fo‹ fc› Bq„ bq‚ r!¡ r?¿ ps¶ OK✓ CR↵ ' +
    'aa´ ac¸ ad¨ a-¯ a.˙ a^^ a~~ ab˘ ahˇ ao˚ a"˝ ho˛ ' +
    '*aα *bβ *gγ *dδ *eε *zζ *yη *hθ *iι *kκ *lλ *mμ *nν *cξ *oο *pπ *rρ *sσ tsς *tτ *uυ *fϕ +fφ *xχ *qψ *wω +eϵ +hϑ +pϖ ' +
    '*AΑ *BΒ *GΓ *DΔ *EΕ *ZΖ *YΗ *HΘ *IΙ *KΚ *LΛ *MΜ *NΝ *CΞ *OΟ *PΠ *RΡ *SΣ *TΤ *UΥ *FΦ *XΧ *QΨ *WΩ Ahℵ Imℑ Reℜ wp℘ -hℏ pd∂ ' +
    'sq□ ci○ lz◊ sr√ is∫ su∑ gr∇ mo∈ nm∉ st∋ te∃ fa∀ AN∧ OR∨ an⎯ ca∩ cu∪ sb⊂ nb⊄ sp⊃ nc⊅ ib⊆ ip⊇ es∅ pp⊥ pt∝ /_∠ 3d∴ tf∴ ' +
    'lc⌈ rc⌉ lf⌊ rf⌋ lt⎧ lk⎨ lb⎩ rt⎫ rk⎬ rb⎭ lh☜ rh☞ CL♣ SP♠ HE♥ DI♦'
  )
    .split(' ')
    .map((pair) => [pair.slice(0, 2), pair.slice(2)]),
);
for (const [name, letters] of ['ff ff', 'fi fi', 'fl fl', 'Fi ffi', 'Fl ffl', 'tdi ÷', 'tno ¬'].map((one) =>
  one.split(' '),
)) {
  named.set(name!, letters!);
}
/** Signs over a letter: `'e` is é. */
const accents = new Map([
  ["'", '\u0301'],
  ['`', '\u0300'],
  ['^', '\u0302'],
  [':', '\u0308'],
  ['~', '\u0303'],
  [',', '\u0327'],
  ['v', '\u030c'],
]);
/** Escapes of one character; all others are the character itself. */
const single = new Map([
  ['&', ''],
  [')', ''],
  ['%', ''],
  [':', ''],
  ['/', ''],
  [',', ''],
  ['|', ''],
  ['^', ''],
  ['c', ''],
  ['d', ''],
  ['u', ''],
  ['p', ''],
  ['r', ''],
  ['t', '\t'],
  ['a', ''],
  ['{', ''],
  ['}', ''],
  [' ', ' '],
  ['~', '\u00a0'],
  ['0', ' '],
  ['e', '\\'],
  ['E', '\\'],
  ['\\', '\\'],
  ["'", '´'],
]);
const name = String.raw`(?:\[([^\]\n]{1,80})\]|\((..)|(.))`;
const escapes = new RegExp(
  String.raw`\\(?:["#].*$|[fFgmMnYk][+-]?(?:\[[^\]\n]{0,80}\]|\(..|.)|s(?:[+-]?\d|[+-]?\(\d\d|\[[^\]\n]{0,20}\]|[+-]?'[^'\n]{0,20}')|\*${name}|[ABCDHLNRSXZbhlovwx]'([^'\n]{0,300})'|\[([^\]\n]{1,80})\]|\((..)|(.)|$)`,
  'g',
);

/**
 * A line without its escapes.
 * @param strings the file's own strings, by their names
 */
export function unescaped(line: string, strings: ReadonlyMap<string, string>): string {
  if (!line.includes('\\')) return line;
  return line.replace(escapes, (whole, long, two, one, quoted, special, pair, char) => {
    const string = long ?? two ?? one;
    if (string !== undefined) return strings.get(string) ?? characterOf(string);
    if (quoted !== undefined) return whole[1] === 'C' ? characterOf(quoted) : '';
    if (special !== undefined || pair !== undefined) return characterOf(special ?? pair);
    if (char !== undefined) return single.get(char) ?? char;
    return '';
  });
}

function characterOf(name: string): string {
  const known = named.get(name);
  if (known !== undefined) return known;
  const code = /^u([0-9A-F]{4,6})(?:_([0-9A-F]{4,6}))?$/.exec(name);
  if (code) return [code[1]!, code[2] ?? ''].map(character).join('').normalize();
  const accent = name.length === 2 ? accents.get(name[0]!) : undefined;
  return accent === undefined ? '' : (name[1]! + accent).normalize();
}

function character(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
}
