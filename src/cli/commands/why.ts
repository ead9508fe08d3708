// `embed why`: what it prints.
import { resolve } from 'node:path';
import { isThere } from '../../commands/as-made.js';
import { type RunState, runAdvice, runInWords } from '../../commands/run-state.js';
import type { PathFate } from '../../commands/why.js';
import type { LoadedSettings } from '../../config/origins.js';
import { UsageError } from '../../errors.js';
import { goesAtOnce } from '../../ingest/survey/left-out-sources.js';
import { command, plural } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { VainRule } from '../../types/skip-rule.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { why as declared } from '../declared/why.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { paint } from '../terminal/colour.js';
import { tellError } from '../terminal/error-report.js';
import { meanings } from '../terminal/failure-view.js';
import { printNotice, printResult } from '../terminal/print.js';
import { originFromHere, sourceFromHere } from '../terminal/shown-path.js';
import { ruleInWords, skipInWords } from '../terminal/skip-words.js';

export async function runWhy(given: Given<typeof declared>): Promise<Outcome> {
  const loaded = await settingsFor(given, printNotice);
  const settings = nearIndex(loaded);
  const { why } = await import('../../commands/why.js');
  const found = await why({ paths: given.arguments.paths, settings });
  const paths = found.map((fate) => withOrigin(fate, loaded));
  const { include, exclude } = settings;
  const isFiltered = include.length + exclude.length > 0;
  const advice = (run: RunState) => runAdvice(settings.out, run, isThere(resolve(settings.out)));
  const isKnown = ({ fate }: PathFate): boolean => fate !== 'unknown';
  if (!given.flags.json) for (const fate of paths.filter(isKnown)) print(fate, isFiltered, advice);
  const errors = paths.filter((fate) => !isKnown(fate)).map((fate) => tellError(unknown(fate, settings.out)));
  return { result: { paths: paths.map(withMeanings) }, error: errors[0] };
}

function unknown({ path, alike = [] }: PathFate, out: string): UsageError {
  const names = alike.map((source) => `\`${command`embed why ${sourceFromHere(source, out)}`}\``);
  const advice =
    names.length === 0
      ? ': `embed list` names those that it has'
      : names.length === 1
        ? `: ${names[0]} may be meant`
        : `; one of these may be meant: ${names.join(', ')}`;
  return new UsageError(`There is no file "${path}", and the output has no document of that name${advice}.`);
}

/** A pattern that isn't from this command line, with the place that it is from. */
function withOrigin(fate: PathFate, { settings, origins, layers }: LoadedSettings): PathFate {
  const { rule } = fate;
  const [, found, pattern = ''] = /^(?:no )?--(include|exclude)\b ?(.*)$/s.exec(rule?.pattern ?? '') ?? [];
  if (rule === undefined || rule.file !== undefined || found === undefined) return fate;
  const key = found as 'include' | 'exclude';
  const ofAll = settings[key];
  // A source has patterns of its own, too.
  const from = ofAll.length === 0 || (key === 'exclude' && !ofAll.includes(pattern)) ? 'sources' : key;
  const origin = origins[from];
  if (origin === undefined || layers[from] === 'flag' || layers[from] === 'default') return fate;
  return { ...fate, rule: { ...rule, pattern: `${rule.pattern} (from ${originFromHere(origin)})` } };
}

/** As `--json` prints it: each failure with what it asks of the reader, as it is told to people. */
function withMeanings({ failures, ...fate }: PathFate): object {
  return { ...fate, failures: failures.map((one) => ({ ...one, meaning: meanings[one.code] })) };
}

/** What to do about a run that has yet to come to a path. */
type Advice = (run: RunState) => string;

const maxNameLength = 500;
/** Failures of a path that are shown. */
const maxShown = 10;

/** @param isFiltered whether patterns are in force, with which no run drops what it doesn't see */
function print(fate: PathFate, isFiltered: boolean, advice: Advice): void {
  printResult(say`${paint.bold(printable(fate.path, maxNameLength))}: ${render(fate, isFiltered, advice)}`);
  if (isOneFailure(fate)) return;
  for (const { source, code, chunk } of fate.failures.slice(0, maxShown)) {
    const place = chunk === undefined ? say`` : say`, chunk ${chunk}`;
    printResult(
      say`  ${paint.red(say`failed`)}: ${printable(source, maxNameLength)}${place} (${printable(code)}: ${printable(meanings[code])})`,
    );
  }
  const more = fate.failures.length - maxShown;
  if (more > 0) printResult(say`  and ${more} more: \`embed list --failed\``);
}

/** A file that failed as a whole, which its own line says. */
function isOneFailure({ fate, documents, source, failures: [first, ...more] }: PathFate): boolean {
  const isWhole = first?.source === source && first.chunk === undefined && more.length === 0;
  return fate === 'taken' && documents === 0 && isWhole;
}

const untilWhen = say`until the file, its reader or a limit changes (\`--retry-failed\` tries it now)`;

/** With these, the file may be wanted by a run of other flags, or be readable again. */
const keeping: ReadonlySet<string> = new Set(['excluded', 'too-large', 'unreadable']);

function render(path: PathFate, isFiltered: boolean, advice: Advice): Printable {
  const { fate, format, documents, rows, changed, knownFailure, failures, run, movedFrom } = path;
  const inside = documents > 0 ? say`${plural(documents, 'document')}, ${plural(rows, 'row')}` : undefined;
  if (fate === 'left-out') return leftOut(path, inside, isFiltered);
  if (fate === 'gone')
    return say`${paint.yellow(say`gone`)}; the index still has ${inside ?? say`failures`} of it`;
  if (movedFrom !== undefined) {
    return say`${paint.yellow(say`in the index under another place`)}: ${inside ?? say`nothing`} of ${printable(movedFrom, maxNameLength)}, which is gone; if it or the index was moved: \`embed ingest\` with its paths finds all again`;
  }
  if (fate === 'not-named') {
    return say`${paint.yellow(say`not named`)}: no run of this index named it, nor a folder above it (\`embed ingest PATH\` takes it)`;
  }
  const as = format === undefined ? say`` : say` (${printable(format)})`;
  if (inside !== undefined) {
    const stale = !changed
      ? say``
      : knownFailure
        ? say` of the file as it was before; as it is now, it failed, and isn't tried again ${untilWhen}`
        : say`; changed since: the next run reads it again`;
    if (rows === 0)
      return say`${paint.yellow(say`not found`)}${as}: ${withoutRows(documents, failures)}${stale}`;
    return say`${paint.green(say`in the index`)}${as}: ${inside}${stale}`;
  }
  if (failures.length > 0) {
    const [first] = failures;
    const what = isOneFailure(path)
      ? say`${printable(first!.code)}: ${printable(meanings[first!.code])}`
      : plural(failures.length, 'failure');
    const until = knownFailure ? say`; it isn't tried again ${untilWhen}` : say``;
    return say`${paint.red(say`failed`)}${as} (${what}), so it has no row${until}`;
  }
  const next =
    run === undefined
      ? say`run \`embed ingest\``
      : printable(`the run ${runInWords(run)}; ${advice(run)}`, 1000);
  return say`taken${as}, but not in the index yet: ${next}`;
}

/** Why documents that the index knows are never found. */
function withoutRows(documents: number, failures: PathFate['failures']): Printable {
  if (failures.length > 0) return say`no chunk of it has a vector`;
  return documents === 1 ? say`it holds no text` : say`its ${plural(documents, 'document')} hold no text`;
}

function leftOut(
  { source, reason = '', at, rule, vain }: PathFate,
  inside: Printable | undefined,
  isFiltered: boolean,
): Printable {
  const place = at === undefined || at === source ? say`` : say`, with ${printable(at, maxNameLength)}`;
  const stays = keeping.has(reason) || (isFiltered && !goesAtOnce(reason));
  const until = stays ? say`: \`embed forget\` drops it` : say` until the next run`;
  const still = inside === undefined ? say`` : say`; the index still has ${inside} of it${until}`;
  const noEffect = vain === undefined ? say`` : say`; ${withoutEffect(vain, rule?.pattern ?? '')}`;
  return say`${paint.yellow(say`left out`)}${place}: ${skipInWords(reason, rule)}${noEffect}${still}`;
}

/** @param pattern what leaves the folder out */
function withoutEffect({ write, ...line }: VainRule, pattern: string): Printable {
  const lines = joined(
    write.map((one) => say`\`${printable(one, maxNameLength)}\``),
    say`, `,
  );
  const how = write[0]?.startsWith('!')
    ? say`write ${lines} above it`
    : say`write ${lines} instead of \`${printable(pattern)}\``;
  return say`${ruleInWords(line)} has no effect there, as its folder is left out: ${how}`;
}
