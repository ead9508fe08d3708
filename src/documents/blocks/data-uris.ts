// Takes the data out of `data:` addresses: pictures that stand in a text as base64 are no words. What they are stays:
// `![pump](data:image/png;base64,…)`.

const scheme = 'data:';
/** Type, parameters and the comma, as in `data:image/png;base64,`. */
const head = /^data:[\w.+-]{0,60}(?:\/[\w.+-]{1,100})?(?:;[\w.+-]{1,60}(?:=[\w."+-]{0,60})?){0,4},/i;
const maxHeadLength = 600;
/** Shorter data stays: it is an example, or a word. */
const minLength = 40;
const left = '…';

/** The same lines without the data; line breaks stay, so that all lines keep their numbers. */
export function withoutDataUris(text: string): string {
  if (!text.includes(scheme)) return text;
  const parts: string[] = [];
  let done = 0;
  for (let at = text.indexOf(scheme); at !== -1; at = text.indexOf(scheme, at)) {
    const match = head.exec(text.slice(at, at + maxHeadLength));
    const from = at + (match?.[0].length ?? scheme.length);
    at = from;
    if (!match) continue;
    const end = dataEnd(text, from, text[from - match[0].length - 1] ?? '', /;base64,$/i.test(match[0]));
    if (end - from < minLength) continue;
    const lines = text.slice(from, end).split('\n').length - 1;
    parts.push(text.slice(done, from), left, '\n'.repeat(lines));
    done = end;
    at = end;
  }
  return done === 0 ? text : parts.join('') + text.slice(done);
}

/** @param before the character before the address: it tells which one closes it */
function dataEnd(text: string, from: number, before: string, isBase64: boolean): number {
  const isQuoted = before === '"' || before === "'";
  let end = from;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (isBase64 ? !isBase64Code(code) && !(isQuoted && code <= 32) : ends(text[end]!, before)) break;
  }
  while (end > from && text.charCodeAt(end - 1) <= 32) end--;
  return end;
}

/** Letters, digits, `+/=`, `-_` and `%`, as addresses write them. */
function isBase64Code(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 47 && code <= 57) ||
    code === 43 ||
    code === 61 ||
    code === 45 ||
    code === 95 ||
    code === 37
  );
}

/** In quotes, data may hold anything else; elsewhere it ends at white space or at a bracket. */
function ends(character: string, before: string): boolean {
  if (before === '"' || before === "'") return character === before || character === '\n';
  return character <= ' ' || ')>"\'`]'.includes(character);
}
