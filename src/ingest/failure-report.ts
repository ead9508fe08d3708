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
  /** Sources of the last failures: a document counts once, also when several of its chunks failed. */
  #lastTold: string | undefined;
  #lastKnown: string | undefined;

  constructor(knownFailures: KnownFailures, counts: RunCounts) {
    this.knownFailures = knownFailures;
    this.#counts = counts;
  }

  /** Of this run. */
  get total(): number {
    return this.told.length + this.known.length;
  }

  /** Takes over what the previous output says. */
  async recall(previous: Output | undefined): Promise<void> {
    this.#before = (await previous?.failures()) ?? [];
    for (const failure of this.#before) this.knownFailures.add(failure);
  }

  /**
   * The failures of the previous output that stay, as this run didn't look at them.
   * @param surveyed whether the listing may lack files that are there, and which have other names now
   */
  staying(
    named: Named,
    prune: boolean,
    surveyed: Pick<SurveyResult, 'isPartial' | 'newName'>,
  ): KeptFailure[] {
    const { isPartial, newName } = surveyed;
    const isUnderNew = ({ source }: KeptFailure): boolean => {
      const name = newName(source);
      return name !== undefined && named.labels.some((label) => isUnderRoot(name, label, named.base));
    };
    const elsewhere = new Set(failuresElsewhere(this.#before, named, false));
    const unread = this.knownFailures.unread((file) => isPartial && isThere(file, named.base));
    return [
      ...failuresElsewhere(this.#before, named, prune).filter((failure) => !isUnderNew(failure)),
      ...unread.filter((failure) => !elsewhere.has(failure)),
    ];
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
