// The words of a question, for an index of ours and for one of a destination.

import { namesOf, tokensOf } from '../text/words.js';
import type { QuestionWords } from './corpus.js';

export function questionWords(question: string): QuestionWords {
  const tokens = tokensOf(question);
  return {
    compared: [...new Set(tokens.map(({ word }) => word))],
    names: namesOf(question).map(({ word }) => word),
    typed: [...new Set(tokens.map(({ start, end }) => question.slice(start, end).toLowerCase()))],
  };
}
