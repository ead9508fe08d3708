// `embed why` without its flags: what becomes of a path, and by which rule: for "why isn't it found?".
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { formatFor, hasNoReader } from '../documents/extract.js';
import { isGenerated } from '../documents/generated/generated.js';
import { readerOf } from '../documents/reader-version.js';
import { type Verdict, verdictOn } from '../documents/walk/explain.js';
import { labelOf, type Root } from '../documents/walk/paths/roots.js';
import { withinBase } from '../documents/walk/paths/within-base.js';
import { isUnderRoot, sourceOf } from '../documents/walk/sources/source-name.js';
import { ForeignFileError, readForeign } from '../files/foreign-file.js';
import { KnownFailures } from '../ingest/known-failures.js';
import { limitsInWords } from '../ingest/stages/read-options.js';
import { walkOptions } from '../ingest/survey/found-files.js';
import { asSources } from '../ingest/survey/named-roots.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { type Output, openOutput } from '../output/read/output.js';
import { hexHash } from '../text/sha256.js';
import type { Failure, KeptFailure } from '../types/failure.js';
import type { SkipRule, VainRule } from '../types/skip-rule.js';
import { nameBefore, namesEnding } from './like-names.js';
import { type RunState, runStateOf } from './run-state.js';

/** What {@link why} is told. */
export interface WhyOptions {
  /** Files and folders, from the working folder on, or sources as a search result names them. */
  paths: readonly string[];
  /** `out` names the output; include, exclude and the like are the rules that the next run would have. */
  settings: Settings;
  /** Folder that paths start from. @default process.cwd() */
  cwd?: string;
  /** Ends the reading. @default never */
  signal?: AbortSignal;
}

/** What becomes of one path. */
export interface PathFate {
  /** As it was given. */
  path: string;
  /** As the output names it. */
  source: string;
  /**
   * - `taken`: the next run takes it, or its folder is entered
   * - `left-out`: a rule leaves it out: see `reason`
   * - `not-named`: no run named it, nor a folder above it
   * - `gone`: there is no such file any more
   * - `unknown`: neither a file nor a document has this name
   */
  fate: 'taken' | 'left-out' | 'not-named' | 'gone' | 'unknown';
  /** What leaves it out, as in `leftOut` of a summary; also `hidden`, `ignored`, `excluded`, `output`. */
  reason?: string;
  /** What is left out, as a source: the path itself, or a folder above it. */
  at?: string;
  /** The line of an ignore file, or the flag, that says so. */
  rule?: SkipRule;
  /** A line `!…` of an ignore file that would take it, but has no effect, as a folder above it is left out. */
  vain?: VainRule;
  /** Reader of a file that is taken. */
  format?: string;
  /** Documents that the output has of it: records of a file, files of a folder. */
  documents: number;
  /** Rows of these documents. */
  rows: number;
  /** True when the file has other bytes than those that the output was made of. */
  changed?: boolean;
  /**
   * True when an earlier run failed to read these bytes: no run tries them again until the file, its reader or a limit
   * changes, or `retryFailed` is set. Rows of the file as it was before are kept.
   */
  knownFailure?: true;
  /** Of what is taken and has no row yet: the run that is under way, or that was interrupted. */
  run?: RunState;
  /** Of what no run named: the name by which the output has it, where the output or its folder was moved since. */
  movedFrom?: string;
  /** What has no vectors of it, as in `failures.jsonl`. */
  failures: Failure[];
  /** Of what is unknown: up to 5 documents and failures whose names end in this one. */
  alike?: string[];
}

/**
 * Tells what becomes of each path: taken or left out, by which rule, and what the output has of it.
 * @throws {DamagedOutputError} when the output's files contradict each other
 * @throws {NewerOutputError} when a newer version made the output
 */
export async function why(options: WhyOptions): Promise<PathFate[]> {
  const { paths, settings, cwd = process.cwd(), signal } = options;
  const out = resolve(cwd, settings.out);
  const output = await openOutput(out, { sums: false, ...(signal && { signal }) });
  try {
    const failures = (await output?.failures()) ?? [];
    const run = await runToCome(out, output);
    return paths.map((path) => {
      signal?.throwIfAborted();
      const fate = fateOf(path, { settings, cwd, out, output, failures, run });
      return run !== undefined && isAwaited(fate) ? { ...fate, run } : fate;
    });
  } finally {
    await output?.close();
  }
}

/** Whether a run has yet to embed it. */
function isAwaited({ fate, documents, failures }: PathFate): boolean {
  return fate === 'taken' && documents + failures.length === 0;
}

/** The run under way, or the one to go on with: one that was paused after a commit has nothing left that it named alone. */
async function runToCome(out: string, output: Output | undefined): Promise<RunState | undefined> {
  const run = await runStateOf(out);
  return run?.state === 'paused' && output !== undefined ? undefined : run;
}

interface Known {
  settings: Settings;
  cwd: string;
  out: string;
  output: Output | undefined;
  failures: readonly KeptFailure[];
  run?: RunState | undefined;
}

function fateOf(path: string, known: Known): PathFate {
  const typed = withoutLine(path, known);
  return { ...fateOfName(typed, known), path };
}

/** A place may be typed as a search result shows it: `docs/plan.md:12`. */
function withoutLine(path: string, { cwd, out, output }: Known): string {
  const bare = path.replace(/(?<=.):\d+$/s, '');
  if (bare === path || lstatSync(resolve(cwd, path), { throwIfNoEntry: false })) return path;
  const isDocument = [path, sourceOf(resolve(cwd, path), dirname(out))].some((one) => output?.document(one));
  return isDocument ? path : bare;
}

function fateOfName(path: string, known: Known): PathFate {
  const { cwd, out, output } = known;
  const absolute = pathWithin(dirname(out), resolve(cwd, path));
  const source = nameOf(path, absolute, known);
  const fate = { path, source, ...contentOf(source, known) };
  if (lstatSync(absolute, { throwIfNoEntry: false }) === undefined) {
    if (fate.documents + fate.failures.length > 0) {
      const isRecord = output?.recordFileOf(source) !== undefined;
      return { ...fate, fate: isRecord ? 'taken' : 'gone' };
    }
    const alike = namesEnding(path, output, known.failures);
    return { ...fate, fate: 'unknown', ...(alike.length > 0 && { alike }) };
  }
  const judged = { ...fate, ...judge(absolute, source, known) };
  if (judged.fate !== 'not-named' || output === undefined) return judged;
  const movedFrom = nameBefore(absolute, output);
  return movedFrom === undefined ? judged : { ...judged, ...contentOf(movedFrom, known), movedFrom };
}

/**
 * Whether the next run with these settings would take each file, whatever the output has of it.
 * @param paths absolute, in their places; a file that is gone isn't taken
 */
export async function wouldTake({
  paths,
  settings,
  cwd = process.cwd(),
  signal,
}: WhyOptions): Promise<boolean[]> {
  const out = resolve(cwd, settings.out);
  const output = await openOutput(out, { sums: false, ...(signal && { signal }) });
  try {
    return paths.map((path) => {
      signal?.throwIfAborted();
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
      const known = { settings, cwd, out, output, failures: [] };
      return judge(path, sourceOf(path, dirname(out)), known).fate === 'taken';
    });
  } finally {
    await output?.close();
  }
}

type Judgement = Partial<PathFate> & Pick<PathFate, 'fate'>;

/** What the rules, and the file itself, say of a path that is there. */
function judge(absolute: string, source: string, known: Known): Judgement {
  const { settings, cwd, out } = known;
  const roots = rootsAbove(source, absolute, known);
  if (roots.length === 0) return { fate: 'not-named' };
  const walk = walkOptions(settings, out, undefined);
  const verdicts = roots.flatMap((root) => {
    if (root === absolute) return [named(absolute)];
    const folder: Root = { kind: 'folder', path: root, label: labelOf(root, dirname(out)) };
    const meant = asSources(folder, settings.sources, cwd, dirname(out));
    return meant.map(({ own }) => verdictOn(root, absolute, walk, own));
  });
  const verdict = verdicts.find(({ reason }) => reason === undefined) ?? verdicts[0]!;
  if (verdict.reason !== undefined) {
    const { reason, at, rule, vain } = verdict;
    return { fate: 'left-out', reason, ...(at && { at }), ...(rule && { rule }), ...(vain && { vain }) };
  }
  return lookInto(absolute, source, verdict, known);
}

/** The same path below the output's parent folder, where it leads there through a link. */
function pathWithin(base: string, path: string): string {
  return existsSync(path) ? withinBase(path, base) : path;
}

/** What was typed may be a path, or a document as a search result names it. */
function nameOf(path: string, absolute: string, { out, output }: Known): string {
  const source = sourceOf(absolute, dirname(out));
  const isThere = lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
  return !isThere && output?.document(source) === undefined && output?.document(path) ? path : source;
}

/** The file or folder itself was named: no rule holds for it. */
function named(absolute: string): Verdict {
  return statSync(absolute).isDirectory() ? {} : { choice: 'named' };
}

/**
 * The paths, absolute, from which the next run comes to a file: the sources of the settings; where none has it, those that runs
 * named; without an output, the working folder, or the file's own.
 */
function rootsAbove(source: string, absolute: string, known: Known): string[] {
  const { settings, cwd, out, output, run } = known;
  const base = dirname(out);
  const sources = new Set(settings.sources.map(({ path }) => labelOf(resolve(cwd, path), base)));
  const now = [...sources].filter((root) => isUnderRoot(source, root, base));
  if (now.length > 0) return now.map((root) => resolve(base, root));
  if (output === undefined) {
    return [isUnderRoot(absolute, cwd, base) ? cwd : dirname(absolute)];
  }
  return [...new Set([...output.manifest.roots, ...(run?.roots ?? [])])]
    .filter((root) => root !== stdinRoot && isUnderRoot(source, root, base))
    .map((root) => resolve(base, root));
}

/** What the output has of a document, of the records of a file, or of the documents in a folder. */
function contentOf(
  source: string,
  { output, failures, out }: Known,
): Pick<PathFate, 'documents' | 'rows' | 'failures'> {
  const base = dirname(out);
  const isOf = (one: string): boolean =>
    one === source || output?.recordFileOf(one) === source || isUnderRoot(one, source, base);
  const documents = output?.documents().filter((document) => isOf(document.source)) ?? [];
  return {
    documents: documents.length,
    rows: documents.reduce((sum, { rows }) => sum + rows, 0),
    failures: failures
      .filter((failure) => isOf(failure.source) || failure.source.startsWith(`${source}#`))
      .map(({ source: of, code, chunk }) => ({ source: of, code, ...(chunk !== undefined && { chunk }) })),
  };
}

/** Judges a file by what it holds, as a run does. */
function lookInto(
  absolute: string,
  source: string,
  { choice }: Verdict,
  { settings, output, failures }: Known,
): Judgement {
  if (statSync(absolute).isDirectory()) return { fate: 'taken' };
  let bytes: Buffer;
  try {
    bytes = readForeign(absolute, settings.maxFileSize);
  } catch (error) {
    if (!(error instanceof ForeignFileError)) return { fate: 'left-out', reason: 'unreadable' };
    return { fate: 'left-out', reason: error.code === 'ETOOLARGE' ? 'too-large' : 'special' };
  }
  if (hasNoReader(absolute, bytes)) return { fate: 'left-out', reason: 'no-reader' };
  if (!settings.generated && choice === undefined && isGenerated(source, bytes)) {
    return { fate: 'left-out', reason: 'generated' };
  }
  const previous = (output?.document(source) ?? output?.recordFile(source))?.hash;
  const hash = hexHash('sha256', bytes);
  const known = new KnownFailures({ limits: limitsInWords(settings) });
  for (const failure of failures) known.add(failure);
  const isKnown = known.of({ file: source, hash, reader: readerOf(source, bytes) }) !== undefined;
  return {
    fate: 'taken',
    format: formatFor(absolute, bytes) ?? 'text',
    ...(previous !== undefined && { changed: previous !== hash }),
    ...(isKnown && { knownFailure: true }),
  };
}
