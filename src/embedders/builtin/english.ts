// Tells texts that aren't English: the built-in embedder knows English alone, and gives others vectors that mean nothing.
// franc-min compares three-letter groups. Of chunks of 60 words in 20 languages in Latin letters it misses none in 16 of them, 16 % of
// Czech at worst, and tells none of English, 1 % of READMEs (CONTRIBUTING.md has what else was tried).

/** A model that compares languages with each other. */
export const multilingualModel = 'bge-m3';

/** A word, with the punctuation around it: not a path, a number, or code. */
const plainWord = /^[("'„«¿¡]{0,2}[\p{L}\p{M}'’-]{1,40}[)"'“”»]{0,2}[.,;:!?]{0,2}$/u;
/** Characters that are looked at. */
const maxCharacters = 2000;

interface Bounds {
  /** Words that a text must have to be judged. */
  words: number;
  /** A shorter text needs words that tell that it isn't English: its letters alone say little. */
  sureWords: number;
  /** How much less likely English must be than the likeliest language: 1 for not at all, as a share. */
  likelihood: number;
  /** A text with such a word is English. */
  englishWord?: RegExp;
}

/** Words of English questions that no other of the languages has. */
const questionWord = /\b(?:how|what|which|where|when|why|who|does|should|the|with|this|that)\b/i;

/** Words that tell of English in a short text. */
const englishWords =
  wordsIn(`the of and to for is are was were at with from by that this these how what which where when why
  who does do should has have will can my your our its it not be on`);

/** Small words of large languages in Latin letters; none that English has, such as `die`, `pour` or `come`. */
const foreignWords =
  wordsIn(`der das dem und ist nicht wie ich wir wo wann wird kann ein eine einen einem einer mit von vom zum zur
  auf nach bei beim sich auch le la les du des et une dans où quel quelle qui que avec sur aux chez ce nous el los las del y un una
  por para con en de se su il lo gli della dei delle che di dove quando non sono nel os um uma dos das como onde com em het een van
  hoe waar mijn niet voor wat och är hur det att ett av og hvordan hvor til af jak gdzie jest nie ve bir ile`);
const foreignLetter = /[^\P{L}a-z]/iu;
/** Such words that a short text must have: one may be a name (`Müller contract`, `El Paso hotels`). */
const leastForeign = 2;

function wordsIn(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

/** Whether words that English doesn't have are in a short text, and more of them than of English ones. */
function hasForeignWords(words: readonly string[]): boolean {
  const bare = words.map((word) => word.toLowerCase().replace(/[^\p{L}\p{M}]/gu, ''));
  const foreign = bare.filter((word) => foreignWords.has(word) || foreignLetter.test(word)).length;
  return foreign >= leastForeign && foreign > bare.filter((word) => englishWords.has(word)).length;
}

/** A chunk is long enough to be judged by the likeliest language. */
export const ofChunks: Bounds = { words: 12, sureWords: 40, likelihood: 1 };
/** A question is short, and names of things look like words of any language. */
export const ofQuestions: Bounds = { words: 4, sureWords: 8, likelihood: 0.8, englishWord: questionWord };

export interface Judge {
  /** True for prose that isn't English; false for English, for what is no prose, and for too few words. */
  isForeign(text: string, bounds: Bounds): boolean;
}

/** Loads what knows the languages: who has no need of it shouldn't wait for it. */
export async function languageJudge(): Promise<Judge> {
  const { francAll } = await import('franc-min');
  return {
    isForeign(text, { words, sureWords, likelihood, englishWord }) {
      const start = text.slice(0, maxCharacters);
      const all = start.split(/\s+/).filter((word) => word !== '');
      const plain = all.filter((word) => plainWord.test(word)).length;
      // Code and data are like any language.
      if (plain < words || plain < all.length / 2) return false;
      if (plain < sureWords && !hasForeignWords(all)) return false;
      // "how do I choose a chunk size" has the letters of many languages.
      if (englishWord?.test(start)) return false;
      const found = francAll(start, { minLength: 20 });
      const [language] = found[0]!;
      if (language === 'und' || language === 'eng') return false;
      const english = found.find(([one]) => one === 'eng')?.[1] ?? 0;
      return likelihood === 1 || english < likelihood;
    },
  };
}
