// What each command answers, checked before it is used: the server may be no Redis, and a proxy may send the answer of
// another client.
import { ForeignReplyError } from './reply-guard.js';

export type Shape<T> = (answer: unknown) => answer is T;

/** @throws {ForeignReplyError} naming the command when the answer is none of its own */
export function shaped<T>(command: string, answer: unknown, shape: Shape<T>): T {
  if (shape(answer)) return answer;
  throw new ForeignReplyError(`it answers ${command} with something else`);
}

export const isText: Shape<string> = (answer): answer is string => typeof answer === 'string';

export const isWhole: Shape<number> = (answer): answer is number => Number.isSafeInteger(answer);

const isTextOrNull: Shape<string | null> = (answer): answer is string | null =>
  answer === null || typeof answer === 'string';

/** So many whole numbers. */
export function wholes(count: number): Shape<number[]> {
  return (answer): answer is number[] =>
    Array.isArray(answer) && answer.length === count && answer.every(isWhole);
}

/** So many texts, or what says that there is none. */
export function textsOrNull(count: number): Shape<(string | null)[]> {
  return (answer): answer is (string | null)[] =>
    Array.isArray(answer) && answer.length === count && answer.every(isTextOrNull);
}

/** Any number of texts. */
export const isTexts: Shape<string[]> = (answer): answer is string[] =>
  Array.isArray(answer) && answer.every(isText);

/** Where to go on, and the keys found. */
export const isScan: Shape<[string, string[]]> = (answer): answer is [string, string[]] =>
  Array.isArray(answer) && answer.length === 2 && isText(answer[0]) && isTexts(answer[1]);
