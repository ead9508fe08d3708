// Lets whole documents pass only, when the time of a run is over: one that isn't embedded to its end keeps its old rows, or
// stays out, and the next run takes it. Its vectors are in the journal.
import type { Output } from '../../output/read/output.js';
import type { RunCounts } from '../run-counts.js';
import type { TimeWindow } from '../time-window.js';
import type { BeginStep, Step } from './document-steps.js';

export async function* wholeDocuments(
  groups: AsyncIterable<Step[]>,
  window: TimeWindow,
  previous: Output | undefined,
  counts: RunCounts,
): AsyncGenerator<Step[]> {
  if (!window.isSet) return yield* groups;
  const cut = new Cut(window, previous, counts);
  for await (const group of groups) {
    const steps = group.flatMap((step) => cut.take(step));
    if (steps.length > 0) yield steps;
  }
}

class Cut {
  readonly #window: TimeWindow;
  readonly #previous: Output | undefined;
  readonly #counts: RunCounts;
  /** The document that is under way. */
  #open: BeginStep | undefined;
  /** Its steps, while they are held back. */
  #held: Step[] | undefined;
  /** It is given up: its other steps are dropped. */
  #isGivenUp = false;

  constructor(window: TimeWindow, previous: Output | undefined, counts: RunCounts) {
    this.#window = window;
    this.#previous = previous;
    this.#counts = counts;
  }

  take(step: Step): Step[] {
    if (step.kind === 'begin') {
      this.#open = step;
      this.#isGivenUp = false;
      this.#held = this.#window.isOver ? [] : undefined;
    }
    const document = this.#open;
    if (document === undefined) return [step];
    const isEnd = step.kind === 'end' || step.kind === 'cut';
    const isLacking = step.kind === 'cut' || (step.kind === 'row' && step.vector === undefined);
    if (isEnd) this.#open = undefined;
    if (this.#isGivenUp) return [];
    if (isLacking) return this.#giveUp(document);
    if (this.#held === undefined) return [step];
    this.#held.push(step);
    return isEnd ? this.#held : [];
  }

  #giveUp(document: BeginStep): Step[] {
    const { source, hash, bytes = 0, recordOf } = document;
    const begun = this.#held === undefined;
    this.#isGivenUp = true;
    this.#window.giveUp(recordOf ?? source, bytes);
    const known = this.#previous?.document(source);
    if (known === undefined) this.#counts.documentsNew--;
    else if (known.hash === hash) this.#counts.documentsReread--;
    else this.#counts.documentsChanged--;
    if (known !== undefined) this.#counts.documentsUnchanged++;
    const steps: Step[] = [{ kind: 'abandon', source, recordOf, isBegun: begun, isNew: known === undefined }];
    if (known !== undefined) {
      const wasRecordOf = this.#previous?.recordFileOf(source);
      // With the same hash, the next run would take it for unchanged.
      const outdated = known.hash === hash;
      steps.push({ kind: 'keep', source, recordOf: wasRecordOf, rows: known.rows, outdated });
    }
    return steps;
  }
}
