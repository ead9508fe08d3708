// Documents that have another name now, maybe with an edit. They are removed under the old name, but are not lost.
import { DamagedOutputError } from '../../errors.js';
import { textOfLine } from '../../output/format/chunk-line.js';
import type { OutputDocument } from '../../output/format/manifest-reader.js';
import type { Output } from '../../output/read/output.js';
import type { Step } from '../stages/document-steps.js';
import { Likeness } from './likeness.js';

/** A document of the output, and a new one that may be the same document under another name. */
interface Move {
  from: number;
  to: number;
  share: number;
}

/** Max candidates for one new document: another document may have moved to the most similar place. */
const maxMoves = 8;

/**
 * The documents that are lost, in the order of the output. A document has moved, and isn't lost, when a new one has the same bytes, or holds
 * most of its text. Each new document stands for only one old one: if a thousand equal files go and one arrives,
 * 999 are lost.
 * @param gone sources of `previous` whose rows go
 * @param groups all documents that are read for the new output; nothing of them is written here
 */
export async function findLost(
  gone: ReadonlySet<string>,
  previous: Output,
  groups: AsyncIterable<Step[]>,
): Promise<string[]> {
  const missing = previous.documents().filter(({ source }) => gone.has(source));
  const known = await likenessOf(missing, previous);
  const wanted = countOf(missing.map(({ hash }) => hash));
  const arrived = new Map<string, number>();
  const moves: Move[] = [];
  const kept = new Set<string>();
  let to = 0;
  for await (const group of groups) {
    for (const step of group) {
      if (step.kind === 'keep' && step.renamed) kept.add(step.renamed.from);
      if (step.kind !== 'begin' || previous.document(step.source)?.hash === step.hash) continue;
      const same = arrived.get(step.hash) ?? 0;
      if (same < (wanted.get(step.hash) ?? 0)) {
        arrived.set(step.hash, same + 1);
      } else if (step.open && (gone.has(step.source) || !previous.document(step.source))) {
        // A document that had this name before can't be another document that moved.
        const like = known.like(step.open().text).slice(0, maxMoves);
        moves.push(...like.map(({ number, share }) => ({ from: number, to, share })));
        to++;
      }
    }
  }
  const left = new Set<number>();
  for (const [number, { hash }] of missing.entries()) {
    const same = arrived.get(hash) ?? 0;
    if (same > 0) arrived.set(hash, same - 1);
    else left.add(number);
  }
  const moved = movedAmong(moves, left);
  return missing
    .filter(({ source }, number) => left.has(number) && !moved.has(number) && !kept.has(source))
    .map(({ source }) => source);
}

/** Pairs old and new documents, the most similar first; each is used once. */
function movedAmong(moves: Move[], left: ReadonlySet<number>): Set<number> {
  const moved = new Set<number>();
  const taken = new Set<number>();
  for (const { from, to } of moves.toSorted((a, b) => b.share - a.share)) {
    if (!left.has(from) || moved.has(from) || taken.has(to)) continue;
    moved.add(from);
    taken.add(to);
  }
  return moved;
}

async function likenessOf(documents: readonly OutputDocument[], output: Output): Promise<Likeness> {
  const likeness = new Likeness();
  for (const document of documents) likeness.sample(await textsOf(document, output));
  for (const document of documents) likeness.add(await textsOf(document, output));
  return likeness;
}

/** The texts of its chunks; none when its lines are damaged, which the run will report if it goes on. */
async function textsOf(document: OutputDocument, output: Output): Promise<string[]> {
  const texts: string[] = [];
  try {
    for await (const line of output.lines(document)) texts.push(textOfLine(line.toString('utf8')) ?? '');
  } catch (error) {
    if (!(error instanceof DamagedOutputError)) throw error;
  }
  return texts;
}

function countOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
