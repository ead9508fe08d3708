// What a row is found by when it is searched by words: its text, what was embedded before it, the titles around it, and the name of
// its file.
import { isObject } from './plain-json.js';
import { eachToken } from './words.js';

/** What is looked at of a row. */
export interface RowWithWords {
  text: string;
  /** POSIX path; `file#id` for records. */
  source: string;
  heading: readonly string[];
  /** What was embedded before the text. */
  context: string;
}

/** The texts that a row is found by. */
export function textsOfRow({ text, source, heading, context }: RowWithWords): string[] {
  const recordAt = source.indexOf('#');
  const name = source.slice(source.lastIndexOf('/', recordAt < 0 ? undefined : recordAt) + 1);
  return [text, context, ...heading, name];
}

/** All words of a row, as they are compared, with repetitions. */
export function wordsOfRow(row: RowWithWords): string[] {
  const words: string[] = [];
  for (const text of textsOfRow(row)) eachToken(text, (word) => words.push(word));
  return words;
}

/** Of a row as a destination has it. @param metadata anything: others may have changed it */
export function wordsIn(text: string, source: string, metadata: unknown): RowWithWords {
  const { heading, context } = isObject(metadata) ? (metadata as Record<string, unknown>) : {};
  return {
    ...{ text, source },
    heading: Array.isArray(heading) ? heading.filter((title) => typeof title === 'string') : [],
    context: typeof context === 'string' ? context : '',
  };
}
