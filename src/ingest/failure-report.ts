// The failures of a run: those to tell, and those that an earlier run told, which are only counted.
import { debug } from '../debug.js';
import { isThere } from '../documents/walk/sources/find-file.js';
import { isUnderRoot } from '../documents/walk/sources/source-name.js';
import type { Output } from '../output/read/output.js';
import type { Failure, KeptFailure } from '../types/failure.js';
import type { KnownFailures } from './known-failures.js';
import type { RunCounts } from './run-counts.js';
import type { FailureStep, Origin } from './stages/document-steps.js';
import { failuresElsewhere, type Named } from './survey/other-roots.js';
import type { SurveyResult } from './survey/survey.js';

export class FailureReport {
  readonly told: Failure[] = [];
  readonly known: Failure[] = [];
  readonly knownFailures: KnownFailures;
  readonly #counts: RunCounts;
  /** Those of the previous output. */
  #before: readonly KeptFailure[] = [];
  /** The same, of an output that is made again, too. */
  readonly #toldBefore = new Set<string>();
  /** Sources of the last failures: a document counts once, also when several of its chunks failed. */
  #lastTold: string | undefined;
  #lastKnown: string | undefined;
  #isRebuild = false;

  constructor(knownFailures: KnownFailures, counts: RunCounts) {
    this.knownFailures = knownFailures;
    this.#counts = counts;
  }

  /** Of this run. */
  get total(): number {
    return this.told.length + this.known.length;
  }

  /** Those told that the output before didn't have: one that may pass is told by each run, but is news once. */
  get news(): Failure[] {
    return this.told.filter((failure) => !this.#toldBefore.has(nameOf(failure)));
  }

  /**
   * Takes over what the previous output says.
   * @param surveyed which files have other names now: their failures are known under these
   */
  async recall(
    previous: Output | undefined,
    named: Named,
    { newName }: Pick<SurveyResult, 'newName'>,
  ): Promise<void> {
    const all = (await previous?.failures()) ?? [];
    const names = new Set(all.map(({ source }) => source));
    this.#before = all.flatMap((failure) => {
      const { source, lasting } = failure;
      const name = newName(source);
      if (name === undefined || !named.labels.some((label) => isUnderRoot(name, label, named.base)))
        return [failure];
      if (names.has(name)) return [];
      if (lasting?.file === undefined) return [{ ...failure, source: name }];
      return [
        { ...failure, source: name, lasting: { ...lasting, file: newName(lasting.file) ?? lasting.file } },
      ];
    });
    for (const failure of this.#before) {
      this.knownFailures.add(failure);
      this.#toldBefore.add(nameOf(failure));
    }
  }

  /** The same for a rebuild, which keeps nothing. @param space of the new output; its id */
  async recallReplaced(replaced: Output | undefined, space: string): Promise<void> {
    // A damaged output is rebuilt, too.
    const all = (await replaced?.failures().catch(() => undefined)) ?? [];
    for (const failure of all) {
      this.knownFailures.add(failure, replaced?.space.id === space);
      this.#toldBefore.add(nameOf(failure));
    }
    this.#isRebuild = true;
  }

  /**
   * The failures of the previous output that stay, as this run didn't look at them.
   * @param surveyed whether the listing may lack files that are there
   */
  staying(named: Named, prune: boolean, { isPartial }: Pick<SurveyResult, 'isPartial'>): KeptFailure[] {
    if (this.#isRebuild) return [];
    const elsewhere = new Set(failuresElsewhere(this.#before, named, false));
    const unread = this.knownFailures.unread((file) => isPartial && isThere(file, named.base));
    return [
      ...failuresElsewhere(this.#before, named, prune),
      ...unread.filter((failure) => !elsewhere.has(failure)),
    ];
  }

  /** Failures of the previous output that are no more: their documents are repaired, gone or left out. */
  settled(named: Named, prune: boolean, surveyed: Pick<SurveyResult, 'isPartial'>): Failure[] {
    const left = [...this.told, ...this.known, ...this.staying(named, prune, surveyed)];
    const names = new Set(left.map(({ source }) => source));
    return this.#before.filter(({ source }) => !names.has(source)).map(({ lasting: _, ...plain }) => plain);
  }

  /**
   * @param of the document that the step's chunk is of
   * @returns the failure as the output keeps it
   */
  take({ failure, origin, isKnown }: FailureStep, of: Origin | undefined): KeptFailure {
    const met = isKnown
      ? { kept: failure, isKnown }
      : this.knownFailures.met(failure, failure.chunk === undefined ? origin : of);
    const { lasting: _, ...plain } = met.kept;
    const { source, code } = plain;
    debug.documents?.(`failed (${code}${met.isKnown ? ', known' : ''}): ${source}`);
    if (met.isKnown) {
      this.known.push(plain);
      if (this.#lastKnown !== source) this.#counts.documentsKnownFailed++;
      this.#lastKnown = source;
    } else {
      this.told.push(plain);
      if (plain.chunk === undefined || this.#lastTold !== source) this.#counts.documentsFailed++;
      this.#lastTold = source;
    }
    return met.kept;
  }
}

function nameOf({ source, code, chunk }: Failure): string {
  return JSON.stringify([source, code, chunk]);
}
