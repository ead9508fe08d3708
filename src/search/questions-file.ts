// A file of questions, a line of JSON for each: `{"question": "…"}`, for `embed search --questions`; with a `source` or a
// `passage` that answers it, for `embed eval`, too.
import { UsageError } from '../errors.js';
import { ForeignFileError, readForeign } from '../files/foreign-file.js';
import { parseForeign } from '../text/foreign-json.js';
import { printable } from '../text/printable.js';

/** A question, and what answers it where that is known. */
export interface Question {
  /** In plain words. */
  question: string;
  /** Source of the document that answers it, as `embed search` shows it, or the end of it (`guide/start.md`). */
  source?: string;
  /** Words of the text that answers it, in their order; case, white space and punctuation don't count. */
  passage?: string;
}

const maxFileBytes = 64 * 1024 * 1024;
const maxQuestions = 100_000;
const maxTextLength = 20_000;

/** @throws {UsageError} when it can't be read, or a line is no question */
export function readQuestions(path: string): Question[] {
  let text: string;
  try {
    text = readForeign(path, maxFileBytes)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (cause) {
    const why = cause instanceof ForeignFileError ? cause.message : (cause as NodeJS.ErrnoException).code;
    throw new UsageError(
      `${printable(path, 200)} can't be read (${why}): name a file of questions, a line of JSON for each.`,
      {
        cause,
      },
    );
  }
  const questions: Question[] = [];
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (questions.length === maxQuestions) {
      throw new UsageError(`${printable(path, 200)} has more than ${maxQuestions} questions: split it.`);
    }
    questions.push(questionOf(line, `${printable(path, 200)}, line ${place + 1}`));
  }
  if (questions.length === 0)
    throw new UsageError(`${printable(path, 200)} has no questions: give a line of JSON for each.`);
  return questions;
}

function questionOf(line: string, where: string): Question {
  let json: unknown;
  try {
    json = parseForeign(line);
  } catch {
    json = undefined;
  }
  const { question, source, passage } = (json ?? {}) as { [key in keyof Question]?: unknown };
  const isOptional = (value: unknown) => value === undefined || isText(value);
  if (!isText(question) || !isOptional(source) || !isOptional(passage)) {
    throw new UsageError(
      `${where}: expected {"question": "…"}, with "source" and "passage" as texts where they are known.`,
    );
  }
  return {
    question,
    ...(source !== undefined && { source: source as string }),
    ...(passage !== undefined && { passage: passage as string }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= maxTextLength;
}
