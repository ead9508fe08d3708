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

/** All words of a row, as they are compared, with repetitions. */
export function wordsOfRow({ text, source, heading, context }: RowWithWords): string[] {
  const words: string[] = [];
  const take = (word: string) => words.push(word);
  eachToken(text, take);
  eachToken(context, take);
  for (const title of heading) eachToken(title, take);
  const recordAt = source.indexOf('#');
  eachToken(source.slice(source.lastIndexOf('/', recordAt < 0 ? undefined : recordAt) + 1), take);
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
