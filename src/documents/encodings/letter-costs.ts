// How unlikely a text is in a language: the sum of `-ln` of the probabilities of its characters. The wrong encoding makes
// rare letters, letters in an odd order, capitals inside words, and symbols between letters.
import { characterRanks, letterModels } from './models.js';

/** What no text of any language holds: replacement characters, control characters, unassigned code points. */
export const impossible = 16;
const rare = 12.5;
const symbol = 6;
/** A capital after a small letter. */
const oddCase = 5;

/** Symbols that texts of all languages hold. */
const symbols = new Set('“”„‘’‚–—…«»‹›°§©®™€£·•×±²³½¼µ¿¡ªº№←↑→↓■□●○★☆※①②③④⑤\u00a0\u00ad\u200b\u200e\u200f');
const letter = /[\p{L}\p{M}]/u;
const broken = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u;
const isWide = (code: number): boolean => code > 0x2e7f && (code < 0xfb00 || code > 0xfdff);
const halfKana = /[\uff61-\uff9f]/;
const drawn = /[\u2500-\u259f]/;

/** A word, or a character that isn't a letter. */
interface Piece {
  text: string;
  kind: 'ascii' | 'word' | 'wide' | 'symbol';
}

/** The text without what costs nothing: digits, and the other characters of ASCII. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let word = '';
  let isAscii = true;
  const end = (): void => {
    if (word !== '') pieces.push({ text: word, kind: isAscii ? 'ascii' : 'word' });
    word = '';
    isAscii = true;
  };
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) {
      if ((code | 32) >= 97 && (code | 32) <= 122) word += char;
      else {
        end();
        if ((code < 32 && (code < 9 || code > 13) && code !== 27) || code === 127) {
          pieces.push({ text: char, kind: 'symbol' });
        }
      }
    } else if (isWide(code)) {
      // A word of Latin letters that touches a Chinese character.
      if (word !== '' && isAscii) pieces.push({ text: '', kind: 'wide' });
      end();
      pieces.push({ text: char, kind: 'wide' });
    } else if (letter.test(char)) {
      word += char;
      isAscii = false;
    } else {
      const inside = word !== '';
      end();
      pieces.push({ text: char, kind: 'symbol' });
      if (inside && !'’·\u00ad\u00a0“”«»–—…'.includes(char)) pieces.push({ text: '', kind: 'symbol' });
    }
  }
  end();
  return pieces;
}

export type Costs = (piece: Piece) => number;

const made = new Map<string, Costs>();

export function costsIn(language: string): Costs {
  let costs = made.get(language);
  if (costs === undefined) {
    costs = language in characterRanks ? wideCosts(language) : alphabetCosts(language);
    made.set(language, costs);
  }
  return costs;
}

function alphabetCosts(language: string): Costs {
  const word = wordCosts(language);
  const english = language === 'en' ? word : wordCosts('en');
  const isLatin = letterModels[language]![0].includes('a');
  return ({ text, kind }) => {
    if (kind === 'symbol') return symbolCost(text);
    if (kind === 'wide') return text === '' ? 1 : broken.test(text) ? impossible : rare + 1;
    if (kind === 'ascii') return isLatin ? Math.min(english(text), word(text) + 0.5) : english(text);
    return word(text);
  };
}

function wideCosts(language: string): Costs {
  const ranks = characterRanks[language]!;
  const cost = new Map<string, number>();
  for (const char of everydayCharacters(language)) cost.set(char, 10);
  let rank = 0;
  for (const char of ranks) cost.set(char, Math.min(3 + 0.75 * Math.log(1 + ++rank), 10));
  const english = wordCosts('en');
  let afterHalfKana = false;
  return ({ text, kind }) => {
    const isHalf = halfKana.test(text);
    const follows = isHalf && afterHalfKana;
    afterHalfKana = isHalf;
    if (kind === 'ascii') return english(text);
    if (kind === 'word') return text.length * rare;
    if (text === '') return 1;
    if (isHalf) return language === 'ja' ? (follows ? 5 : 9) : impossible;
    const known = cost.get(text);
    if (known !== undefined) return known;
    if (kind === 'symbol') return symbolCost(text);
    if (broken.test(text)) return impossible;
    // Full-width letters and signs; else a character that hardly anyone uses.
    return text >= '\uff01' && text <= '\uffee' ? 8 : 13.5;
  };
}

function symbolCost(char: string): number {
  if (char === '') return 4;
  if (symbols.has(char)) return symbol;
  if (drawn.test(char)) return 8;
  return broken.test(char) ? impossible : rare;
}

function wordCosts(language: string): (word: string) => number {
  const [letters, costs] = letterModels[language]!;
  const width = [...letters].length + 1;
  const index = new Map([...letters].map((char, i) => [char, i + 1]));
  const at = (before: number, next: number): number => (costs.charCodeAt(before * width + next) - 40) * 0.27;
  return (word) => {
    let cost = 0;
    let before = 0;
    let wasSmall = false;
    let capitals = 0;
    for (const char of word) {
      const small = char.toLowerCase();
      const isCapital = small !== char;
      const next = index.get(small) ?? 0;
      if (next === 0) cost += char < '\x80' ? 8 : broken.test(char) ? impossible : rare;
      else cost += at(before, next);
      if (isCapital) cost += wasSmall ? oddCase : 0.5;
      else if (capitals > 1 && !wasSmall) cost += 3;
      capitals = isCapital ? capitals + 1 : 0;
      wasSmall = !isCapital;
      before = next;
    }
    return before === 0 ? cost : cost + at(before, 0);
  };
}

/** Where the character set of a language holds what is in everyday use: its first half. */
const everyday: Readonly<Record<string, readonly [label: string, first: number, last: number]>> = {
  hans: ['gbk', 0xb0, 0xd7],
  hant: ['big5', 0xa4, 0xc6],
  ja: ['euc-jp', 0xa4, 0xcf],
  ko: ['euc-kr', 0xb0, 0xc8],
};

function* everydayCharacters(language: string): Generator<string> {
  const [label, first, last] = everyday[language]!;
  const bytes: number[] = [];
  for (let lead = first; lead <= last; lead++) {
    if (label === 'big5') for (let trail = 0x40; trail < 0x7f; trail++) bytes.push(lead, trail);
    for (let trail = 0xa1; trail < 0xff; trail++) bytes.push(lead, trail);
  }
  for (const char of new TextDecoder(label).decode(Buffer.from(bytes))) {
    if (char > '\u2e80' && char !== '\ufffd') yield char;
  }
}
