// A line of AsciiDoc as people read it: references by their words, attributes by their values, no signs of emphasis.
import { decodeHTML } from 'entities';

/** Longer values would let a short file grow. */
const maxValueLength = 200;
const references: [RegExp, string][] = [
  [/<<([^<>,]{1,200}),([^<>]{1,500})>>/g, '$2'],
  [/<<#?([^<>,]{1,200})>>/g, '$1'],
  [/\(\(\([^()]{1,300}\)\)\)/g, ''],
  [/\(\(([^()]{1,300})\)\)/g, '$1'],
  [/\b(?:indexterm2?|anchor):[^\s[]{0,200}\[[^\][]{0,300}\]/g, ''],
  [/\[\[[^\][]{1,200}\]\]/g, ''],
  [/\bfootnote:(?:[\w-]{1,50})?\[([^\][]{1,500})\]/g, ' ($1)'],
  [/\b(?:kbd|btn|pass|stem|latexmath|asciimath):(?:[a-z,]{1,20})?\[([^\][]{1,500})\]/g, '$1'],
  [/\bmenu:([^[\s][^[]{0,100})\[([^\][]{0,200})\]/g, '$1 $2'],
  [/\bimage:[^\s:[][^\s[]{0,500}\[([^\][,]{0,300})(?:,[^\][]{0,300})?\]/g, '$1'],
  [/\b(?:xref|link|mailto):[^\s[]{1,500}\[([^\][]{1,500})\]/g, '$1'],
  [/\b(?:xref|link|mailto):([^\s[]{1,500})\[\]/g, '$1'],
  [/\b(?:https?|ftp|irc):\/\/[^\s[\]]{1,1000}\[([^\][]{1,500})\]/g, '$1'],
  [/\b((?:https?|ftp|irc):\/\/[^\s[\]]{1,1000})\[\]/g, '$1'],
];
/** Emphasis, longest signs first: `**`, `__` and so on also within words. */
const emphasis: [RegExp, string][] = [
  [/\[[.#][\w.#-]{1,60}\](?=[#*_`])/g, ''],
  [/"`([^`]{1,300})`"/g, '“$1”'],
  [/'`([^`]{1,300})`'/g, '‘$1’'],
  [/\*\*([^*\s](?:[^*]{0,300}[^*\s])?)\*\*/g, '$1'],
  [/__([^_\s](?:[^_]{0,300}[^_\s])?)__/g, '$1'],
  [/``([^`]{1,300})``/g, '$1'],
  [/(?<![\w*])\*([^*\s](?:[^*]{0,300}[^*\s])?)\*(?![\w*])/g, '$1'],
  [/`\+([^`+]{1,300})\+`/g, '$1'],
  [/(?<![\w`])`([^`]{1,300})`(?!\w)/g, '$1'],
  [/(?<![\w_])_([^_\s](?:[^_]{0,300}[^_\s])?)_(?![\w_])/g, '$1'],
  [/##([^#\s](?:[^#]{0,300}[^#\s])?)##/g, '$1'],
  [/(?<![\w#&/])#([^#\s](?:[^#]{0,300}[^#\s])?)#(?![\w#])/g, '$1'],
  [/\+\+\+([^+]{1,300})\+\+\+/g, '$1'],
  [/(?<![\w+])\+([^+\s](?:[^+]{0,300}[^+\s])?)\+(?![\w+])/g, '$1'],
  [/\$\$([^$]{1,300})\$\$/g, '$1'],
  [/\^([^\s^]{1,100})\^/g, '$1'],
  [/(?<!~)~([^\s~]{1,100})~(?!~)/g, '$1'],
];
/** Signs that stand for a character. */
const replacements: ReadonlyMap<string, string> = new Map([
  ['(C)', '©'],
  ['(R)', '®'],
  ['(TM)', '™'],
  [' -- ', ' — '],
]);
const replaced = /\((?:C|R|TM)\)| -- /g;
/** Max characters of a line in which signs are looked for; longer ones stay as they are. */
const maxLineLength = 20_000;

/** Values of a file's attributes, by their names. */
export class Attributes {
  readonly #values = new Map<string, string>();
  /** Characters by which the file may still grow. */
  #left = 1_000_000;

  /** @param name with `!` at an end, it takes the attribute away */
  set(name: string, value: string): void {
    if (/^!|!$/.test(name)) this.#values.delete(name.replaceAll('!', ''));
    else if (value.length <= maxValueLength && this.#values.size < 1000) this.#values.set(name, value);
  }

  /** The line with values for names. */
  fill(line: string): string {
    if (!line.includes('{')) return line;
    return line.replace(/\{([\w-]{1,60})\}/g, (whole, name: string) => {
      const value = this.#values.get(name.toLowerCase()) ?? characters.get(name) ?? whole;
      this.#left -= value.length;
      return this.#left < 0 ? whole : value;
    });
  }
}

const characters = new Map(
  Object.entries({
    nbsp: ' ',
    sp: ' ',
    empty: '',
    blank: '',
    apos: "'",
    plus: '+',
    startsb: '[',
    endsb: ']',
    asterisk: '*',
    backtick: '`',
    amp: '&',
    lt: '<',
    gt: '>',
    vbar: '|',
    zwsp: '',
  }),
);

export function shown(line: string, attributes: Attributes): string {
  let text = attributes.fill(line);
  if (text.length > maxLineLength) return text;
  if (/[[(<]/.test(text)) for (const [pattern, words] of references) text = text.replace(pattern, words);
  if (/[*_`#+$^~]/.test(text)) for (const [pattern, words] of emphasis) text = text.replace(pattern, words);
  if (text.includes('&')) text = decodeHTML(text);
  return text.replace(/ \+$/, '').replace(replaced, (sign) => replacements.get(sign)!);
}
