// The markers of list items as a browser shows them: numbers that start elsewhere, count down, or are letters.
import { Tokenizer } from 'htmlparser2';
import { romanNumber } from '../../../text/roman-number.js';
import type { Attributes } from './attributes.js';
import { tagName } from './tags.js';

interface List {
  isNumbered: boolean;
  next: number;
  step: number;
  /** `1`, `a`, `A`, `i` or `I`. */
  type: string;
}

const bullet = '- ';
/** Above it, no document counts; it also bounds the length of Roman numbers. */
const maxNumber = 4999;

export class Lists {
  readonly #html: string;
  readonly #open: List[] = [];
  #counts: Map<number, number> | undefined;

  constructor(html: string) {
    this.#html = html;
  }

  /** @param at where the list begins in the HTML */
  open(tag: string, attributes: Attributes, at: number): void {
    const isDown = attributes.has('reversed');
    const start = attributes.number('start') ?? (tag === 'ol' && isDown ? this.#itemsOf(at) : 1);
    const type = attributes.get('type') ?? '1';
    this.#open.push({ isNumbered: tag === 'ol', next: start, step: isDown ? -1 : 1, type });
  }

  close(): void {
    this.#open.pop();
  }

  /** The marker of the next item. */
  marker(attributes: Attributes): string {
    const list = this.#open.at(-1);
    if (!list?.isNumbered) return bullet;
    const number = attributes.number('value') ?? list.next;
    list.next = number + list.step;
    return `${listNumber(number, list.type)}. `;
  }

  /** A list that counts down starts with the number of its items. */
  #itemsOf(at: number): number {
    this.#counts ??= countItems(this.#html);
    return this.#counts.get(at) ?? 1;
  }
}

function listNumber(number: number, type: string): string {
  if (number < 1 || number > maxNumber) return String(number);
  switch (type) {
    case 'a':
      return letters(number);
    case 'A':
      return letters(number).toUpperCase();
    case 'i':
      return romanNumber(number);
    case 'I':
      return romanNumber(number).toUpperCase();
    default:
      return String(number);
  }
}

/** a … z, aa, ab … */
function letters(number: number): string {
  let text = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  }
  return text;
}

/** The number of items of each list, by where it begins. */
function countItems(html: string): Map<number, number> {
  const counts = new Map<number, number>();
  const open: number[] = [];
  const ignore = () => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      onopentagname(start, end) {
        const tag = tagName(html.slice(start, end));
        if (tag === 'ol' || tag === 'ul') open.push(start);
        else if (tag === 'li' && open.length > 0)
          counts.set(open.at(-1)!, (counts.get(open.at(-1)!) ?? 0) + 1);
      },
      onclosetag(start, end) {
        const tag = tagName(html.slice(start, end));
        if (tag === 'ol' || tag === 'ul') open.pop();
      },
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onopentagend: ignore,
      onprocessinginstruction: ignore,
      onselfclosingtag: ignore,
      ontext: ignore,
      ontextentity: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return counts;
}
