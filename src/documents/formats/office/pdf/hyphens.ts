// Words that are cut at the ends of lines: joined again, or with their hyphen where it belongs to the word.
//
// No list of all words is at hand. What the rest of the document writes decides; then the parts of the word.

/** A word up to the end of a line. */
const cutEnd = /([\p{L}\p{M}\p{N}]+(?:[-‐\u2011'’][\p{L}\p{M}\p{N}]+)*)[-‐\u00ad]$/u;
const wordStart = /^([\p{L}\p{M}\p{N}]+(?:[-‐\u2011'’][\p{L}\p{M}\p{N}]+)*)(\S*)/u;
const eachWord = /[\p{L}\p{M}\p{N}]+(?:[-‐\u2011'’][\p{L}\p{M}\p{N}]+)*/gu;
/** `pre- and postwar`: a part that stands for a whole word. */
const conjunction = /^(?:and|or|und|oder|bzw|et|ou|y|o|e|en|of|och|og)$/u;

/** These keep their hyphen before any word: `well-known`. */
const anyWordAfter = words('well self non half cross quasi ill');
/** Before a longer word: `high-frequency`, but `highway`. */
const longWordAfter = words('high low long short fast slow large small deep');
const solid = /^(?:light|itud|coming|ening|hand|est$|ness|land|case)/;
/** Both parts must be known: `real-time`, but `realism` and `lifetime`. */
const firstParts = words(
  `high low long short full real open closed hard soft fast slow old new left right top bottom front back user end
  command read write built case time free rule data object machine thread type state word memory context deep wide so
  large small double single triple two three four five six seven eight nine one first second third multi near plug up
  log cost labor energy state line run peer general special dual low-level high-level`,
);
const lastParts = words(
  `time level line source hand end term only order party side scale class quality style size sized file wide free safe
  called made first purpose speed performance resolution precision value valued bit byte threaded core step stage
  phase way bound in date and friendly compatible consuming saving intensive related world of signed hosted readable
  writable executable to peer`,
);
/** These keep it after any word of more than three letters: `rule-based`. */
const anyWordBefore = words(
  'based known oriented defined specific dependent independent dimensional driven aware friendly compatible sensitive grained',
);
const prefixes = words('inter over under super trans hyper micro multi counter semi anti pseudo');
/** Ends of words that are no words. */
const endings =
  /^(?:ing|ed|ers?|est|ly|ness|ish|able|ible|ity|i[sz]e[ds]?|ions?|ments?|age|al|e?s|y|ened|ism|ists?|ure|ive|ous|[ae]nce|ful|ship|wards?|hood|less|sense|theless)$/;

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

/** How the words of one document are joined. */
export class CutWords {
  /** How often the document holds a word, for those that a line cuts. */
  readonly #counts = new Map<string, number>();

  /** @param paragraphs the lines of each */
  constructor(paragraphs: readonly (readonly string[])[]) {
    for (const lines of paragraphs) {
      for (let i = 1; i < lines.length; i++) {
        const cut = cutAt(lines[i - 1]!, lines[i]!);
        if (!cut) continue;
        this.#counts.set(cut.joined.toLowerCase(), 0);
        this.#counts.set(cut.hyphened.toLowerCase(), 0);
      }
    }
    if (this.#counts.size > 0) for (const lines of paragraphs) this.#count(lines);
  }

  #count(lines: readonly string[]): void {
    for (const line of lines) {
      for (const [word] of line.matchAll(eachWord)) {
        const key = word.toLowerCase().replace(/[‐\u2011]/g, '-');
        const count = this.#counts.get(key);
        if (count !== undefined) this.#counts.set(key, count + 1);
      }
    }
  }

  /** The lines with their words whole: the end of a cut word goes up to its start. */
  join(lines: readonly string[], between = '\n'): string {
    const texts: string[] = [];
    let line = lines[0] ?? '';
    for (let i = 1; i < lines.length; i++) {
      const next = lines[i]!;
      const cut = cutAt(line, next);
      if (!cut) {
        texts.push(line);
        line = next;
        continue;
      }
      const word = this.#keepsHyphen(cut) ? cut.hyphened : cut.joined;
      const joined = line.slice(0, line.length - cut.start.length - 1) + word + cut.after;
      const rest = next.slice(cut.end.length + cut.after.length).trimStart();
      if (rest === '') {
        line = joined;
      } else {
        texts.push(joined);
        line = rest;
      }
    }
    texts.push(line);
    return texts.join(between);
  }

  #keepsHyphen({ start, end, joined, hyphened, isSoft }: Cut): boolean {
    if (isSoft) return false;
    // What is a compound already (`state-of-the-art`), a name (`Anglo-Saxon`) or a number (`COVID-19`).
    if (start.includes('-') || /^\p{Lu}/u.test(end) || /\p{N}$/u.test(start) || /^\p{N}/u.test(end))
      return true;
    const asOne = this.#counts.get(joined.toLowerCase()) ?? 0;
    const asTwo = this.#counts.get(hyphened.toLowerCase()) ?? 0;
    if (asOne !== asTwo) return asTwo > asOne;
    if (/^\p{Lu}{2,}$/u.test(start) || end.includes('-')) return true;
    return isCompound(start.toLowerCase(), end.toLowerCase());
  }
}

/** True for two words, and false for the syllables of one. */
function isCompound(start: string, end: string): boolean {
  if (endings.test(end)) return false;
  if (anyWordAfter.has(start)) return end.length > 3;
  if (longWordAfter.has(start) && end.length > 5 && !solid.test(end)) return true;
  if (firstParts.has(start) && lastParts.has(end)) return true;
  return start.length > 3 && anyWordBefore.has(end) && !prefixes.has(start);
}

interface Cut {
  start: string;
  end: string;
  /** What stands behind the word without a space: `),` */
  after: string;
  joined: string;
  hyphened: string;
  isSoft: boolean;
}

/** The word that a line's end cuts; undefined when it is none. */
function cutAt(line: string, next: string): Cut | undefined {
  if (!/[-‐\u00ad]$/.test(line)) return undefined;
  // Longer words are none, and looking for them in a long line would take long.
  const start = cutEnd.exec(line.slice(-100))?.[1];
  const found = wordStart.exec(next.slice(0, 100));
  if (start === undefined || !found) return undefined;
  const [, end = '', after = ''] = found;
  if (conjunction.test(end)) return undefined;
  const isSoft = line.endsWith('\u00ad');
  return { start, end, after, joined: start + end, hyphened: `${start}-${end}`, isSoft };
}
