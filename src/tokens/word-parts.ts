// How the two recorded generations of Ollama cut the text between white space, before they look it up.
import { type Character, characterOf } from './characters.js';

/** A part that is looked up in the vocabulary as one word. */
export interface Part {
  text: string;
  /** Cut inside a character, so no vocabulary has it. */
  broken?: boolean;
}

export function charactersOf(word: string): Character[] {
  const characters: Character[] = [];
  for (let index = 0; index < word.length; index++) {
    const code = word.codePointAt(index)!;
    if (code > 0xffff) index++;
    characters.push(characterOf(code));
  }
  return characters;
}

/**
 * Ollama's own tokenizer. It splits at punctuation by bytes. The first byte of a punctuation mark beyond ASCII becomes a
 * word, and its other bytes, with the text up to the next split, become another word. Both are unknown.
 */
export function runnerParts(characters: readonly Character[]): Part[] {
  const parts: Part[] = [];
  let run = '';
  let broken = false;
  const close = () => {
    if (broken) parts.push({ text: run, broken });
    else if (run !== '') parts.push({ text: run });
    run = '';
    broken = false;
  };
  for (const character of characters) {
    if (character.runnerIdeograph) {
      close();
      parts.push({ text: character.lower });
    } else if (character.runnerPunctuation) {
      close();
      parts.push({ text: character.lower });
      broken = character.runnerBreaks;
    } else run += character.lower;
  }
  close();
  return parts;
}

export function llamaParts(characters: readonly Character[]): Part[] {
  const parts: Part[] = [];
  let run = '';
  for (const character of characters) {
    if (character.llamaDrops) continue;
    if (character.llamaAlone) {
      if (run !== '') parts.push({ text: run });
      run = '';
      parts.push({ text: character.base });
    } else run += character.base;
  }
  if (run !== '') parts.push({ text: run });
  return parts;
}
