// How the two recorded generations of Ollama treat a character before they look it up in the vocabulary. "runner" is
// Ollama's own tokenizer (0.24), "llama" is that of llama.cpp (0.32).

export interface Character {
  /** The runner makes a word of it. */
  runnerPunctuation: boolean;
  /** Punctuation of several bytes, which the runner cuts after the first byte. */
  runnerBreaks: boolean;
  /** The runner makes a word of it. */
  runnerIdeograph: boolean;
  /** Lower case, for the runner. */
  lower: string;
  /** Accents and control characters vanish. */
  llamaDrops: boolean;
  /** llama.cpp makes a word of it. */
  llamaAlone: boolean;
  /** First character of the canonical decomposition in lower case, for llama.cpp. */
  base: string;
}

const known: (Character | undefined)[] = new Array(0x10000);
/** Beyond the basic plane: emoji and rare ideographs. */
const knownBeyond = new Map<number, Character>();
const maxKnownBeyond = 1 << 14;

/** @param code a code point, or a lone surrogate */
export function characterOf(code: number): Character {
  if (code > 0xffff) return characterBeyond(code);
  let character = known[code];
  if (character === undefined) {
    character = describe(code);
    known[code] = character;
  }
  return character;
}

function characterBeyond(code: number): Character {
  let character = knownBeyond.get(code);
  if (character === undefined) {
    if (knownBeyond.size === maxKnownBeyond) knownBeyond.clear();
    character = describe(code);
    knownBeyond.set(code, character);
  }
  return character;
}

function describe(code: number): Character {
  const character = String.fromCodePoint(code);
  const decomposed = firstOf(character.normalize('NFD'));
  const base = decomposed.codePointAt(0)!;
  const punctuation = /^\p{P}$/u.test(character);
  return {
    runnerPunctuation: punctuation,
    runnerBreaks: punctuation && code >= 0x80,
    runnerIdeograph: isIdeograph(code) || (code >= 0x2b820 && code <= 0x2b91f),
    lower: firstOf(character.toLowerCase()),
    llamaDrops: base === 0xfffd || /^[\p{M}\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u.test(decomposed),
    llamaAlone:
      /^\p{P}$/u.test(decomposed) || (base < 0x7f && /^\p{S}$/u.test(decomposed)) || isIdeograph(base),
    base: firstOf(decomposed.toLowerCase()),
  };
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}

/** As llama.cpp has it; the runner also takes U+2B820–U+2B91F. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2a6df) ||
    (code >= 0x2a700 && code <= 0x2b81f) ||
    (code >= 0x2b920 && code <= 0x2ceaf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}
