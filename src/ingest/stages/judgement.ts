// Which files are left out as generated (documents/generated), judged once for each content: the output says when all of its
// documents were judged by the present rules, and none of them is generated. Then unchanged files needn't be looked at.
import { generatedRules, isGenerated } from '../../documents/generated/generated.js';
import type { Output } from '../../output/read/output.js';
import { stdinRoot } from '../survey/standard-input.js';
import type { Step } from './document-steps.js';
import type { FileEntry, OpenedFile } from './read-ahead.js';

export class Judgement {
  readonly #previous: Output | undefined;
  readonly #takesAll: boolean;
  /** True when all documents of the previous output were judged by these rules. */
  readonly #wereJudged: boolean;
  /** Files of this run that were judged; empty when the others needn't be. */
  readonly #judged = new Set<string>();
  #isWhole = true;

  /** @param takesAll take generated files, too */
  constructor(previous: Output | undefined, takesAll: boolean) {
    this.#previous = previous;
    this.#takesAll = takesAll;
    this.#wereJudged = previous?.manifest.judged === generatedRules;
  }

  /** True for a file that is generated, and that nobody asked for. */
  leavesOut({ source, root, choice }: FileEntry, { bytes, hash }: OpenedFile): boolean {
    if (root === stdinRoot) return false;
    const known = this.#previous?.document(source) ?? this.#previous?.recordFile(source);
    if (this.#wereJudged && known?.hash === hash) return false;
    if (!this.#wereJudged) this.#judged.add(source);
    if (!isGenerated(source, bytes)) return false;
    if (!this.#takesAll && choice === undefined) return true;
    this.#isWhole = false;
    return false;
  }

  /** Looks at documents that stay: those that this run didn't judge may be generated. */
  see(step: Step): void {
    if (step.kind !== 'keep' || this.#wereJudged || !this.#isWhole) return;
    const file = step.recordOf ?? step.source;
    if (!this.#judged.has(file) && this.#previous?.recordFile(file)?.root !== stdinRoot)
      this.#isWhole = false;
  }

  /** The rules by which all documents were judged, none of which is generated; undefined when that isn't known. */
  get rules(): number | undefined {
    return this.#isWhole ? generatedRules : undefined;
  }
}
