// Proposes questions with their answers, from headings and first sentences: a start for a file of questions. They use the
// words of the text itself, so a search by words looks better with them than it is: they are marked as a draft.
import { randomFrom, shuffled } from '../../bench/statistics/random.js';
import type { Output } from '../../output/read/output.js';
import { eachToken } from '../../text/words.js';
import type { Question } from '../questions-file.js';
import { type OutputRow, readRow } from '../row.js';

/** A proposed question, to be put into words of one's own. */
export interface DraftQuestion extends Question {
  source: string;
  passage: string;
  /** Nobody has read it yet. */
  draft: true;
}

const seed = 20;
const maxLength = 200;
const minWords = 4;
/** Chunks of a document that are looked at, at most: not each has a sentence. */
const maxRounds = 20;

/** @param most questions at most; of as many documents as there are */
export async function draftQuestions(
  output: Output,
  most: number,
  signal: AbortSignal,
): Promise<DraftQuestion[]> {
  const questions: DraftQuestion[] = [];
  const random = randomFrom(seed);
  const documents = shuffled(
    output.documents().filter(({ rows }) => rows > 0),
    random,
  );
  const seen = new Set<number>();
  const asked = new Set<string>();
  for (let round = 0; round < maxRounds && questions.length < most; round++) {
    for (const { firstRow, rows } of documents) {
      signal.throwIfAborted();
      if (questions.length === most) break;
      const row = firstRow + Math.floor(random() * rows);
      if (seen.has(row)) continue;
      seen.add(row);
      const draft = draftOf(await readRow(output, row));
      // Of a title that several sections have, nobody can say which of them answers.
      if (draft === undefined || asked.has(draft.question)) continue;
      asked.add(draft.question);
      questions.push(draft);
    }
  }
  return questions;
}

function draftOf({ text, metadata: { source, heading } }: OutputRow): DraftQuestion | undefined {
  const plain = text.replace(/\s+/g, ' ').trim();
  const [sentence = ''] = /^.{1,400}?(?:[.!?](?=\s|$)|[。！？])/u.exec(plain) ?? [];
  if (wordCount(sentence) < minWords || sentence.length > 2 * maxLength) return undefined;
  const title = heading.at(-1)?.replace(/\s+/g, ' ').trim() ?? '';
  const question = wordCount(title) > 1 ? title : sentence;
  return { question: question.slice(0, maxLength), source, passage: sentence, draft: true };
}

/** Words as a search counts them, without the parts of identifiers. */
function wordCount(text: string): number {
  let count = 0;
  let last = 0;
  eachToken(text, (_, start, end) => {
    if (start < last) return;
    count++;
    last = end;
  });
  return count;
}
