// Escapes of roff → the characters that people read.

const named = new Map<string, string>();
for (const pair of (
  'em— en– hy- mi− bu• lq“ rq” oq‘ cq’ aq\' dq" ga` ha^ ti~ rs\\ sl/ ul_ at@ sh# Do$ lB[ rB] lC{ rC} la⟨ ra⟩ ba| br│ rn‾ ' +
  '<=≤ >=≥ !=≠ ==≡ ~=≈ ~~≈ =~≅ +-± -+∓ mu× di÷ tdi÷ pl+ eq= no¬ tno¬ de° co© rg® tm™ sc§ dg† dd‡ ct¢ Eu€ eu€ Po£ Ye¥ ->→ <-← <>↔ ua↑ da↓ ' +
  'rA⇒ lA⇐ hA⇔ if∞ fm′ sd″ mc· md⋅ **∗ 12½ 14¼ 34¾ S1¹ S2² S3³ ssß aeæ AEÆ oeœ OEŒ /oø /OØ oaå oAÅ Fo« Fc» fo‹ fc› Bq„ bq‚ ' +
  'r!¡ r?¿ ps¶ OK✓ CR↵ *aα *bβ *gγ *dδ *eε *zζ *yη *hθ *iι *kκ *lλ *mμ *nν *cξ *oο *pπ *rρ *sσ *tτ *uυ *fφ *xχ *qψ *wω *GΓ *DΔ *HΘ *LΛ *CΞ ' +
  '*PΠ *SΣ *FΦ *QΨ *WΩ *W-– lq“ rq” sq□ ci○ lz◊ sr√ in∫ su∑ pd∂ gr∇ mo∈ te∃ fa∀ an∧ or∨ ca∩ cu∪ sb⊂ ib⊆ es∅ :-‐ Tp♣ -Dð Sdð TPÞ TP þ'
).split(' ')) {
  const at = pair.startsWith('tdi') || pair.startsWith('tno') ? 3 : 2;
  if (pair.length > at) named.set(pair.slice(0, at), pair.slice(at));
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
