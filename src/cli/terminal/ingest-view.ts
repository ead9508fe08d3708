// The summary of an ingest, and of a dry run.
import { percentOf } from '../../commands/run-state.js';
import { variable } from '../../environment.js';
import { leftOutInWords } from '../../ingest/left-out.js';
import type { RunResult } from '../../ingest/options.js';
import type { IngestSummary } from '../../ingest/summary.js';
import { duration } from '../../text/durations.js';
import { command, plural, quoted, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Failure } from '../../types/failure.js';
import { paintNotice as paint } from './colour.js';
import { sourceFromHere } from './shown-path.js';
import { foreign, type StepSummary } from './step-summary.js';

/** Characters; a longer one is no example. */
const maxQuestionLength = 200;

/** Documents that are named where others are counted, and characters of each. */
const maxNamed = 3;
const maxNameLength = 200;

/** Documents without their failure that are named. */
const maxSettled = 3;

/** What a run did. */
export function renderRun(
  { summary, knownFailures, settledFailures, question }: RunResult,
  verbose: boolean,
): Printable {
  const { chunks, out, changed, embedder, requests, textsPerRequest, seconds } = summary;
  const where = paint.bold(printable(out));
  const language = embedder?.embedder === 'builtin' ? say`, English only` : say``;
  const by = embedder
    ? say`, ${printable(embedder.model, 100)}${language}, ${embedder.dimensions} dimensions`
    : say``;
  const all = chunks.total > 0 ? plural(chunks.total, 'chunk') : say`nothing to find`;
  // An empty index is no success: no question finds anything in it.
  const mark = chunks.total > 0 ? paint.green(say`✓`) : paint.yellow(say`!`);
  const lines = [
    changed
      ? say`${mark} ${all} in ${where} (${duration(seconds)}${by})`
      : say`${mark} nothing changed in ${where}: ${all} (${duration(seconds)})`,
    renderDocuments(summary),
    ...renderNewer(summary),
    ...renderUnfinished(summary),
  ];
  if (chunks.embedded + chunks.cached + chunks.reused + chunks.failed > 0) {
    const failed = chunks.failed > 0 ? say`, ${whole(chunks.failed)} failed` : say``;
    lines.push(
      say`  chunks     ${whole(chunks.embedded)} embedded, ${whole(chunks.cached)} from cache, ${whole(chunks.reused)} reused${failed}`,
    );
  }
  if (requests > 0)
    lines.push(
      say`  requests   ${whole(requests)}, ${textsPerRequest ?? 0} ${textsPerRequest === 1 ? say`text` : say`texts`} each`,
    );
  lines.push(...renderKnown(knownFailures), ...renderSettled(settledFailures, out, verbose));
  lines.push(...renderLeftOut(summary, verbose), ...renderUnused(summary));
  lines.push(
    ...renderHidden(summary, 'kept'),
    ...renderElsewhere(summary, 'kept'),
    ...renderPruned(summary, 'dropped'),
  );
  lines.push(...renderMoved(summary));
  if (question !== undefined && question.length <= maxQuestionLength) {
    const runner = variable('npm_command') === 'exec' ? say`npx embed` : say`embed`;
    const isDefault = out === './embeddings' || out === 'embeddings';
    const from = isDefault ? say`` : say` --out ${printable(quoted(out))}`;
    lines.push(say`Try: ${paint.cyan(say`${runner} search ${printable(quoted(question))}${from}`)}`);
  }
  return linesOf(lines);
}

/** What a run would do. @param asksCache whether the cache was asked */
export function renderPlan(
  { summary, knownFailures, settledFailures }: RunResult,
  verbose: boolean,
  asksCache: boolean,
): Printable {
  const { documents, chunks, tokensEmbedded, out } = summary;
  const changes = documents.new + documents.changed + documents.reread + documents.removed;
  const cached =
    asksCache || chunks.embedded === 0
      ? say`, ${whole(chunks.cached)} in the cache`
      : say` (the cache wasn't asked: an index of its model must be there for that)`;
  const would = changes > 0 ? say`Would write` : say`Would change nothing in`;
  return linesOf([
    say`${would} ${paint.bold(printable(out))}: ${plural(chunks.total, 'chunk')}`,
    renderDocuments(summary),
    ...renderNewer(summary),
    say`  to embed   ${plural(chunks.embedded, 'chunk')}, about ${plural(tokensEmbedded, 'token')}; ${whole(chunks.reused)} reused${cached}`,
    ...renderEstimate(summary),
    ...renderKnown(knownFailures),
    ...renderSettled(settledFailures, out, verbose),
    ...renderLeftOut(summary, verbose),
    ...renderUnused(summary),
    ...renderHidden(summary, 'to keep'),
    ...renderElsewhere(summary, 'to keep'),
    ...renderPruned(summary, 'to drop'),
    ...renderMoved(summary),
  ]);
}

function renderEstimate({ estimate, chunks, sizeGuessed }: IngestSummary): Printable[] {
  if (estimate !== undefined) {
    const { seconds, texts, tokensPerSecond } = estimate;
    return [
      say`  to take    about ${duration(seconds)}: ${plural(texts, 'text')} went at ${whole(Math.round(tokensPerSecond))} tokens/s`,
    ];
  }
  if (chunks.embedded === 0) return [];
  // The number of chunks is that of another size then.
  const guessed = sizeGuessed ? say`, and asks the model how large chunks are, which is guessed here` : say``;
  return [say`  to take    --estimate measures how long${guessed}`];
}

function renderDocuments({ documents }: IngestSummary): Printable {
  const reread = documents.reread > 0 ? say`${whole(documents.reread)} read again, ` : say``;
  const blank = documents.blank > 0 ? say`; ${whole(documents.blank)} of them without text` : say``;
  return say`  documents  ${whole(documents.new)} new, ${whole(documents.changed)} changed, ${reread}${whole(documents.unchanged)} unchanged, ${whole(documents.removed)} removed, ${failedIn(documents)}${blank}`;
}

/** Chunks of a document that failed before count among those that failed, so the document is told beside the others. */
function failedIn({ failed, knownFailed }: IngestSummary['documents']): Printable {
  const before = knownFailed > 0 ? say`, ${whole(knownFailed)} failed as before` : say``;
  return say`${whole(failed)} failed${before}`;
}

/** What the time didn't suffice for. */
function renderUnfinished({ unfinished }: IngestSummary): Printable[] {
  if (unfinished === undefined) return [];
  const { share, seconds, files } = unfinished;
  const rest = seconds === undefined ? say`` : say`, about ${duration(seconds)} to go`;
  return [
    say`  time is up: ${printable(percentOf(share))} done${rest} (${plural(files, 'file')}): the next run goes on`,
  ];
}

/** Why unchanged documents were read again. */
function renderNewer({ newer }: IngestSummary): Printable[] {
  if (newer.length === 0) return [];
  const formats = newer.filter((name) => name !== 'splitter');
  const readers = formats.length > 0 ? [say`reads ${printable(formats.join(', '))} in another way`] : [];
  const splitter = newer.includes('splitter') ? [say`cuts chunks in another way`] : [];
  return [
    say`  read again as this version ${joined([...readers, ...splitter], say` and `)} than the one before`,
  ];
}

/** Failures that an earlier run told. */
function renderKnown(known: readonly Failure[]): Printable[] {
  if (known.length === 0) return [];
  return [
    say`  as before  ${plural(known.length, 'known failure')}: failures.jsonl (--retry-failed tries them again)`,
  ];
}

/** Documents whose failures are no more, for who was told of them. */
function renderSettled(settled: readonly Failure[], out: string, verbose: boolean): Printable[] {
  const sources = [...new Set(settled.map(({ source }) => source))];
  if (sources.length === 0) return [];
  const shown = sources
    .slice(0, verbose ? sources.length : maxSettled)
    .map((one) => printable(sourceFromHere(one, out)));
  const more = sources.length > shown.length ? say` and ${whole(sources.length - shown.length)} more` : say``;
  const failed = sources.length === 1 ? say`failed before, and is` : say`failed before, and are`;
  return [say`  settled    ${joined(shown, say`, `)}${more} ${failed} repaired, gone or left out now`];
}

function renderLeftOut({ documents, leftOut }: IngestSummary, verbose: boolean): Printable[] {
  const lines: Printable[] = [];
  if (documents.leftOut > 0) {
    lines.push(
      say`  dropped    ${plural(documents.leftOut, 'document')} of files that are there, but are left out now`,
    );
  }
  if (leftOut.length > 0) {
    lines.push(
      say`  left out   ${printable(leftOutInWords(leftOut))}${verbose ? say`` : say` (--verbose names them)`}`,
    );
  }
  return lines;
}

/** Patterns that may be mistyped. */
function renderUnused({ unused }: IngestSummary): Printable[] {
  if (unused.length === 0) return [];
  const shown = unused
    .slice(0, 3)
    .map(({ setting, pattern }) => say`${printable(setting)} ${printable(quoted(pattern), 100)}`);
  const more = unused.length > 3 ? say` and ${whole(unused.length - 3)} more` : say``;
  const isPath = unused.some(({ pattern }) => pattern.replace(/\/+$/, '').includes('/'));
  const where = isPath ? say`; a pattern with a slash begins at each path that is named` : say``;
  return [say`  no match   ${joined(shown, say`, `)}${more}${where}`];
}

/** Documents that stay, as the run can't tell whether those who see all files want them. */
function renderHidden({ hidden, out }: IngestSummary, label: string): Printable[] {
  const documents = hidden.reduce((sum, one) => sum + one.documents, 0);
  if (documents === 0) return [];
  const forget = printable(command`embed forget … --out ${out}`);
  return [
    say`  ${printable(label.padEnd(11))}${plural(documents, 'document')} (${namesOf(hidden, out)}) whose files patterns or --max-file-size hide from this run: \`${forget}\` drops them`,
  ];
}

/** Documents that stay, although the run didn't name their roots. */
function renderElsewhere({ elsewhere, out }: IngestSummary, label: string): Printable[] {
  if (elsewhere.length === 0) return [];
  return [
    say`  ${printable(label.padEnd(11))}${rootsOf(elsewhere, out)}, not named in this run; --prune drops what isn't named`,
  ];
}

/** Documents that `--prune` removed. */
function renderPruned({ pruned, out }: IngestSummary, label: string): Printable[] {
  return pruned.length === 0
    ? []
    : [say`  ${printable(label.padEnd(11))}${rootsOf(pruned, out)}, not named in this run`];
}

/** Documents that have other names now. */
function renderMoved({ moved, out }: IngestSummary): Printable[] {
  return moved.length === 0
    ? []
    : [say`  moved      ${rootsOf(moved, out)}: found under other names, they count as new and removed`];
}

/** Documents with a few of their roots, so that it stays one line. */
function rootsOf(unnamed: IngestSummary['elsewhere'], out: string): Printable {
  const documents = unnamed.reduce((sum, one) => sum + one.documents, 0);
  const shown = unnamed.slice(0, 3).map(({ root }) => printable(sourceFromHere(root, out)));
  const rest = unnamed.length - shown.length;
  const more = rest > 0 ? say` and ${whole(rest)} more` : say``;
  return say`${plural(documents, 'document')} of ${joined(shown, say`, `)}${more} (${namesOf(unnamed, out)})`;
}

/** `a.md, b.md and 7 more`: the first of such documents. */
function namesOf(unnamed: IngestSummary['elsewhere'], out: string): Printable {
  const documents = unnamed.reduce((sum, one) => sum + one.documents, 0);
  const names = unnamed.flatMap(({ first }) => first).slice(0, maxNamed);
  const more = documents > names.length ? say` and ${whole(documents - names.length)} more` : say``;
  return say`${joined(
    names.map((name) => printable(sourceFromHere(name, out), maxNameLength)),
    say`, `,
  )}${more}`;
}

/** A line each, with its end. */
export function linesOf(lines: readonly Printable[]): Printable {
  return joined(lines.map((line) => say`${line}\n`));
}

/** The same in short, for the page of a step. */
export function summaryOfRun(
  { out, documents, chunks, embedder }: IngestSummary,
  failures: readonly Failure[],
): StepSummary {
  const { new: added, changed, unchanged, removed } = documents;
  return {
    title: say`embed ingest`,
    rows: [
      [say`Output`, foreign(out)],
      [
        say`Documents`,
        say`${whole(added)} new, ${whole(changed)} changed, ${whole(unchanged)} unchanged, ${whole(removed)} removed, ${failedIn(documents)}`,
      ],
      [
        say`Chunks`,
        say`${whole(chunks.total)}: ${whole(chunks.embedded)} embedded, ${whole(chunks.cached)} from cache, ${whole(chunks.reused)} reused`,
      ],
      ...(embedder ? [[say`Model`, foreign(embedder.model)]] : []),
    ],
    list: { title: say`Failed`, rows: failures.map((one) => [foreign(one.source), foreign(one.code)]) },
  };
}
