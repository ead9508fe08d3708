// The encodings of MS-DOS that TextDecoder doesn't know: the characters of the bytes 80 to FF, as Python 3.11 decodes them.

const tables: Readonly<Record<string, string>> = {
  ibm437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ibm850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  ibm852:
    'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0',
};

/** Other names of them, in lower case with hyphens. */
export const dosNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(tables).flatMap((label) => {
    const number = label.slice(3);
    return [label, `cp${number}`, `cp-${number}`, `ibm-${number}`, number].map((name) => [name, label]);
  }),
);

/** The text of bytes in one of these encodings; undefined for another label. */
export function decodeDos(label: string, bytes: Buffer): string | undefined {
  const table = tables[label];
  if (table === undefined) return undefined;
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (char) => table[char.charCodeAt(0) - 128]!);
}
