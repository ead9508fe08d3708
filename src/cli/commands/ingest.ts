// `embed ingest`: progress, and the summary at the end.
import { refuseStrangeServers } from '../../config/stray-sources.js';
import { variable } from '../../environment.js';
import { exitCodes, ServiceError, UsageError } from '../../errors.js';
import type { DocumentChange } from '../../events.js';
import { leftOutInWords } from '../../ingest/left-out.js';
import type { RunResult } from '../../ingest/options.js';
import type { IngestSummary } from '../../ingest/summary.js';
import { stdinRoot } from '../../ingest/survey/standard-input.js';
import { duration } from '../../text/durations.js';
import { plural, quoted, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Failure, FailureCode } from '../../types/failure.js';
import type { Given } from '../declared/command.js';
import type { ingest as declared } from '../declared/ingest.js';
import type { Outcome, ToldError } from '../declared/outcome.js';
import { noteRun } from '../run-notes.js';
import { settingsFor } from '../settings.js';
import { shardOf } from '../shard.js';
import { withSignals } from '../signals.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { annotateFailures, summariseStep } from '../terminal/github.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { startProgress } from '../terminal/progress.js';
import { skipInWords } from '../terminal/skip-words.js';
import { syncAfter } from './sync.js';

export async function runIngest(given: Given<typeof declared>): Promise<Outcome> {
  const { allowRemovals, limit, prune, rebuild, retryFailed, pull, wait, dryRun, estimate } = given.flags;
  const { strict, quiet, verbose, choose, maxTime } = given.flags;
  const loaded = await settingsFor(given, (line) => quiet || printNotice(line));
  const shard = shardOf(given.flags.shard);
  const { settings } = loaded;
  if (given.arguments.paths.length === 0) refuseStrangeServers(loaded);
  if (estimate && !dryRun) {
    throw new UsageError('--estimate says how long a run would take: give --dry-run beside it.');
  }
  if (given.flags.watch || given.flags.poll) {
    const { runWatch } = await import('./watch.js');
    return await runWatch(given, loaded, shard, {
      first: (run) => printNotices(render(run, verbose)),
      failures: (failures) => printNotices(renderFailures(failures, verbose)),
    });
  }
  const [{ ingest }, { RunCounts }] = await Promise.all([
    import('../../commands/ingest.js'),
    import('../../ingest/run-counts.js'),
  ]);
  if (given.arguments.paths.includes(stdinRoot) && process.stdin.isTTY && !quiet) {
    printNotice(say`Waiting for JSON Lines on this terminal, one {"id","text"} a line; Ctrl-D ends them.`);
  }
  const until = maxTime === undefined ? undefined : AbortSignal.timeout(maxTime);
  const counts = new RunCounts();
  const progress = await startProgress(counts, quiet);
  const byRule = new Map<Printable, number>();
  const notes = noteRun(loaded, counts, dryRun);
  try {
    const run = await withSignals(
      (signal) =>
        ingest({
          paths: given.arguments.paths,
          ...{ choose, settings, shard },
          ...{ allowRemovals, limit, prune, rebuild, retryFailed, pull, wait, dryRun, estimate },
          stdin: process.stdin,
          signal,
          until,
          counts,
          events: {
            ...printedEvents(progress.line),
            pulling: progress.download,
            ...(verbose && {
              skipped: (reason, source) => progress.line(leftOut(source, skipInWords(reason, undefined))),
              ignored(reason, source, rule) {
                const found = rule();
                const words = skipInWords(reason, found);
                const kind = found === undefined ? printable(reason) : say`by ${words}`;
                byRule.set(kind, (byRule.get(kind) ?? 0) + 1);
                progress.line(leftOut(source, words));
              },
            }),
            document(change, source, from) {
              notes.document(change, source);
              if (verbose) progress.line(news(change, source, from));
            },
          },
        }),
      'what was embedded is kept, the next run goes on from there',
    );
    progress.stop();
    notes.done(run);
    const { summary, failures, knownFailures } = run;
    if (!quiet) {
      const lines = dryRun ? renderPlan(run, verbose, counts.cacheLookups > 0) : render(run, verbose);
      printNotices(say`${lines}${linesOf(renderRules(byRule))}`);
    }
    const told = strict ? [...failures, ...knownFailures] : failures;
    const annotated = annotateFailures(told, ({ code }) => meanings[code], summary.out);
    if (told.length > annotated) printNotices(renderFailures(told.slice(annotated), verbose));
    if (!dryRun) summariseStep(summary, told);
    const synced = dryRun ? undefined : await syncAfter({ ...given.flags, shard }, loaded);
    // A destination that is down says more than documents that fail each night.
    const error = synced?.error ?? (told.length > 0 ? toldFailures(told) : undefined);
    return { result: { ...summary, failures, knownFailures, ...synced?.result }, ...(error && { error }) };
  } catch (error) {
    notes.failed(error);
    if (error instanceof ServiceError && counts.chunksEmbedded > 0) {
      const longer = settings.waitForServer > 0 ? say`` : say`, and --wait-for-server 10m waits for a server`;
      const kept = plural(counts.chunksEmbedded, 'embedded chunk');
      progress.line(say`${kept} kept: the next run goes on from there${longer}.`);
    }
    throw error;
  } finally {
    progress.stop();
  }
}

function toldFailures(failures: readonly Failure[]): ToldError {
  return {
    code: 'EMBED_SOME_FAILED',
    message: `Finished with ${plural(failures.length, 'failure')}, which the result lists.`,
    exit: exitCodes.someFailed,
  };
}

function news(change: DocumentChange, source: string, from: string | undefined): Printable {
  const words = { new: 'new', changed: 'changed', reread: 'read again', moved: 'moved', removed: 'removed' };
  const before = from === undefined ? say`` : say`${printable(from)} → `;
  return say`${printable(words[change].padEnd(10))} ${before}${printable(source)}`;
}

function leftOut(source: string, why: Printable): Printable {
  return say`left out   ${printable(source)}: ${why}`;
}

/** Rules that are counted in the summary. */
const maxRules = 8;

/** How much each rule of the user leaves out, the most first. */
function renderRules(byRule: ReadonlyMap<Printable, number>): Printable[] {
  if (byRule.size === 0) return [];
  const rules = [...byRule].sort(([, a], [, b]) => b - a);
  const shown = rules.slice(0, maxRules).map(([rule, count]) => say`${whole(count)} ${rule}`);
  const more = rules.length > maxRules ? [say`and ${whole(rules.length - maxRules)} more rules`] : [];
  return [say`  by rule    ${joined([...shown, ...more], say`, `)}`];
}

/** Characters; a longer one is no example. */
const maxQuestionLength = 200;

function render({ summary, knownFailures, question }: RunResult, verbose: boolean): Printable {
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
  if (requests > 0) lines.push(say`  requests   ${whole(requests)}, ${textsPerRequest ?? 0} texts each`);
  lines.push(...renderKnown(knownFailures), ...renderLeftOut(summary, verbose), ...renderUnused(summary));
  lines.push(...renderElsewhere(summary.elsewhere, 'kept'), ...renderPruned(summary.pruned, 'dropped'));
  if (question !== undefined && question.length <= maxQuestionLength) {
    const runner = variable('npm_command') === 'exec' ? say`npx embed` : say`embed`;
    const isDefault = out === './embeddings' || out === 'embeddings';
    const from = isDefault ? say`` : say` --out ${printable(quoted(out))}`;
    lines.push(say`Try: ${paint.cyan(say`${runner} search ${printable(quoted(question))}${from}`)}`);
  }
  return linesOf(lines);
}

function renderPlan({ summary, knownFailures }: RunResult, verbose: boolean, asksCache: boolean): Printable {
  const { documents, chunks, elsewhere, pruned, tokensEmbedded, out } = summary;
  const changes = documents.new + documents.changed + documents.reread + documents.removed;
  const cached =
    asksCache || chunks.embedded === 0
      ? say`, ${whole(chunks.cached)} in the cache`
      : say` (the cache isn't asked: its vectors are of a model that a dry run doesn't ask)`;
  const would = changes > 0 ? say`Would write` : say`Would change nothing in`;
  return linesOf([
    say`${would} ${paint.bold(printable(out))}: ${plural(chunks.total, 'chunk')}`,
    renderDocuments(summary),
    ...renderNewer(summary),
    say`  to embed   ${plural(chunks.embedded, 'chunk')}, about ${whole(tokensEmbedded)} tokens; ${whole(chunks.reused)} reused${cached}`,
    ...renderEstimate(summary),
    ...renderKnown(knownFailures),
    ...renderLeftOut(summary, verbose),
    ...renderUnused(summary),
    ...renderElsewhere(elsewhere, 'to keep'),
    ...renderPruned(pruned, 'to drop'),
  ]);
}

function renderEstimate({ estimate, chunks }: IngestSummary): Printable[] {
  if (estimate !== undefined) {
    const { seconds, texts, tokensPerSecond } = estimate;
    return [
      say`  to take    about ${duration(seconds)}: ${plural(texts, 'text')} went at ${whole(Math.round(tokensPerSecond))} tokens/s`,
    ];
  }
  return chunks.embedded === 0 ? [] : [say`  to take    --estimate measures how long`];
}

function renderDocuments({ documents }: IngestSummary): Printable {
  const reread = documents.reread > 0 ? say`${whole(documents.reread)} read again, ` : say``;
  const blank = documents.blank > 0 ? say`; ${whole(documents.blank)} of them without text` : say``;
  return say`  documents  ${whole(documents.new)} new, ${whole(documents.changed)} changed, ${reread}${whole(documents.unchanged)} unchanged, ${whole(documents.removed)} removed, ${whole(documents.failed)} failed${blank}`;
}

/** What the time didn't suffice for. */
function renderUnfinished({ unfinished }: IngestSummary): Printable[] {
  if (unfinished === undefined) return [];
  const { share, seconds, files } = unfinished;
  const rest = seconds === undefined ? say`` : say`, about ${duration(seconds)} to go`;
  return [say`  time is up ${percent(share)}${rest} (${plural(files, 'file')}): the next run goes on`];
}

/** Never 100 %, as something is left. */
function percent(share: number): Printable {
  return say`${whole(Math.min(99, Math.floor(share * 100)))} %`;
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
  return [say`  no match   ${joined(shown, say`, `)}${more}`];
}

function linesOf(lines: readonly Printable[]): Printable {
  return joined(lines.map((line) => say`${line}\n`));
}

/** Documents that stay, although the run didn't name their roots. */
function renderElsewhere(elsewhere: IngestSummary['elsewhere'], label: string): Printable[] {
  if (elsewhere.length === 0) return [];
  return [
    say`  ${printable(label.padEnd(11))}${rootsOf(elsewhere)}, not named in this run; --prune drops what isn't named`,
  ];
}

/** Documents that `--prune` removed. */
function renderPruned(pruned: IngestSummary['pruned'], label: string): Printable[] {
  return pruned.length === 0
    ? []
    : [say`  ${printable(label.padEnd(11))}${rootsOf(pruned)}, not named in this run`];
}

/** Documents with a few of their roots, so that it stays one line. */
function rootsOf(unnamed: IngestSummary['elsewhere']): Printable {
  const documents = unnamed.reduce((sum, one) => sum + one.documents, 0);
  const shown = unnamed.slice(0, 3).map(({ root }) => printable(root));
  const rest = unnamed.length - shown.length;
  const more = rest > 0 ? say` and ${whole(rest)} more` : say``;
  return say`${plural(documents, 'document')} of ${joined(shown, say`, `)}${more}`;
}

/** What each code asks of the reader. */
const meanings: Record<FailureCode, string> = {
  unreadable: 'check its permissions',
  'unreadable-folder': 'check its permissions and its ignore files; nothing under its root was removed',
  vanished: 'it went away, or was written to, while it was read',
  'no-reader': 'no format reads it; save it as text, HTML, PDF or an office document',
  undecodable: 'not text in any known encoding',
  'too-large':
    'it, or what it unpacks to, is larger than one document may be; split it, or see --max-file-size and --max-read-memory',
  'too-slow':
    'reading it takes longer than one document may; split it, save it again, or see --max-read-time',
  malformed: 'not what its format asks for; open and repair it',
  encrypted: 'save a copy without its password; for a PDF, `qpdf --decrypt --password=… IN OUT`',
  'no-text': 'pictures without text, as a scanner makes them; `ocrmypdf IN OUT` adds the text',
  'duplicate-source': 'another record or file has the same name; the first one counts',
  'too-long': 'the model takes no piece of it; use a smaller --chunk-size with --rebuild',
  'unknown-script':
    'the model was not made for its script; use a multilingual one, such as bge-m3, with --rebuild',
  rejected: 'the embedder fails on this text alone',
};

function renderFailures(failures: readonly Failure[], all: boolean): Printable {
  const shown = all ? failures : failures.slice(0, 10);
  const lines = shown.map(({ source, code, chunk }) => {
    const place = chunk === undefined ? source : `${source}, chunk ${chunk}`;
    return say`${paint.red(say`failed`)}: ${printable(place)} (${printable(code)}: ${printable(meanings[code])})`;
  });
  if (shown.length < failures.length)
    lines.push(say`… and ${whole(failures.length - shown.length)} more in failures.jsonl`);
  return linesOf(lines);
}
