// What a run reads, looked at: walked once for the survey, with what is left out told on the way.
import { dirname } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { debug } from '../../debug.js';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import type { Output } from '../../output/read/output.js';
import { leftOutInWords } from '../left-out.js';
import type { RunCounts } from '../run-counts.js';
import { Listing, walkOptions } from './found-files.js';
import { LeftOutSources } from './left-out-sources.js';
import type { NamedRoots } from './named-roots.js';
import { type Named, namedBy } from './other-roots.js';
import { type SurveyResult, survey } from './survey.js';

/** Reasons to leave out that are the user's own. */
const ignoring: ReadonlySet<string> = new Set(['hidden', 'ignored', 'excluded']);

export interface ReadingListOptions {
  settings: Settings;
  /** The folder of the whole output, absolute. */
  whole: string;
  signal: AbortSignal;
  /** Whether a source is of the run's shard; undefined: all are. */
  isOwn: ((source: string) => boolean) | undefined;
  /** Documents under roots that the run doesn't name go. */
  prune: boolean;
  /** Whether documents that have other names now are looked for: not when all files are written again, nor when some stay unread. */
  findsMoved: boolean;
  counts: RunCounts;
  events: RunEvents;
}

export class ReadingList {
  readonly named: Named;
  readonly listing: Listing;
  readonly #options: ReadingListOptions;
  /** For messages. */
  readonly #shown: string;
  /** Whether a source has patterns of its own. */
  readonly #isNarrowed: boolean;

  constructor({ roots, others, shown }: NamedRoots, stdin: Buffer | undefined, options: ReadingListOptions) {
    const { settings, whole, signal, isOwn } = options;
    this.#options = options;
    this.#shown = shown;
    this.#isNarrowed = roots.some(({ own }) => own && own.include.length + own.exclude.length > 0);
    this.named = namedBy(roots, others, dirname(whole));
    this.listing = new Listing(roots, stdin, walkOptions(settings, whole, signal), isOwn);
  }

  async survey(previous: Output | undefined): Promise<SurveyResult> {
    const { settings, counts, events, isOwn, prune } = this.#options;
    let tooLarge = false;
    let hasToldRule = false;
    const leftOut = new LeftOutSources();
    const entries = this.listing.first({
      onSkip: (reason, source, rule) => {
        debug.documents?.(`left out (${reason}): ${source}`);
        if (reason === 'too-large') tooLarge = true;
        if (previous) leftOut.add(reason, source);
        if (!(isOwn?.(source) ?? true)) return;
        if (counts.leftOut.add(reason, source)) events.skipped(reason, source);
        else if (ignoring.has(reason)) events.ignored(reason, source, rule ?? (() => undefined));
      },
      onUnheeded: (source, { file, line, pattern }) => {
        const isKnown = previous?.document(source) ?? previous?.recordFile(source);
        if (hasToldRule || isKnown !== undefined) return;
        hasToldRule = true;
        events.notice(
          `${source} is taken, although ${file}:${line} (${pattern}) names it: outside of a git repository, a .gitignore above ` +
            'the paths that are named does not count. To leave it out, write the line into an .embedignore.',
          'gitignore-unheeded',
        );
      },
      onUnused: (patterns) => {
        counts.unused = patterns;
      },
    });
    const result = await survey(entries, {
      previous,
      filtered: () =>
        tooLarge || this.#isNarrowed || settings.include.length > 0 || settings.exclude.length > 0,
      named: this.named,
      prune,
      counts,
      isOwn,
      leftOut: (sources) => leftOut.among(sources),
      isIgnored: (source) => leftOut.isIgnored(source),
      sameFiles: async (files) => {
        if (!previous || !this.#options.findsMoved) return undefined;
        const { findSameFiles } = await import('./same-files.js');
        return findSameFiles(files, this.named, () => this.listing.all());
      },
      moved: async (files, isComplete) => {
        if (!previous || !this.#options.findsMoved) return undefined;
        const { findMoved } = await import('./moved-roots.js');
        const { maxFileSize } = settings;
        const unread = new Map<string, string>();
        for (const { source, lasting } of await previous.failures()) {
          if (lasting !== undefined) unread.set(lasting.file ?? source, lasting.hash);
        }
        const { named, listing } = this;
        const entries = listing.all();
        return findMoved(files, { previous, named, entries, isComplete, maxFileSize, unread });
      },
    });
    const { files, bytes } = counts;
    debug.run?.(`listed ${files} files of ${bytes} bytes; ${result.removed.size} documents go`);
    if (files === 0 && result.failures === 0) this.refuseNothing(previous, 0);
    return result;
  }

  /**
   * @param failures of this run so far
   * @throws {UsageError} when a first run found nothing: neither a document nor a failure
   */
  refuseNothing(previous: Output | undefined, failures: number): void {
    const { counts, isOwn } = this.#options;
    if (previous || counts.documentsNew > 0 || failures > 0) return;
    // All that there is may be of other shards.
    if (isOwn !== undefined && this.listing.found > 0) return;
    const leftOut = leftOutInWords(counts.leftOut.list());
    const why =
      leftOut === ''
        ? 'found no readable document (ignore files, --include and --exclude may hide some)'
        : `found no readable document; left out: ${leftOut}`;
    const unused = counts.unused.map(({ setting, pattern }) => `--${setting} ${pattern}`);
    const matched = unused.length === 0 ? '' : `; nothing matches ${unused.join(', ')}`;
    throw new UsageError(`Nothing to ingest in ${this.#shown}: ${why}${matched}.`);
  }
}
