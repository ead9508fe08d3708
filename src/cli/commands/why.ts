// `embed why`: what it prints.
import type { PathFate } from '../../commands/why.js';
import { plural } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { why as declared } from '../declared/why.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { paint } from '../terminal/colour.js';
import { meanings } from '../terminal/failure-view.js';
import { printNotice, printResult } from '../terminal/print.js';
import { skipInWords } from '../terminal/skip-words.js';

export async function runWhy(given: Given<typeof declared>): Promise<Outcome> {
  const settings = nearIndex(await settingsFor(given, printNotice));
  const { why } = await import('../../commands/why.js');
  const paths = await why({ paths: given.arguments.paths, settings });
  if (!given.flags.json) for (const fate of paths) print(fate);
  return { result: { paths: paths.map(withMeanings) } };
}

/** As `--json` prints it: each failure with what it asks of the reader, as it is told to people. */
function withMeanings({ failures, ...fate }: PathFate): object {
  return { ...fate, failures: failures.map((one) => ({ ...one, meaning: meanings[one.code] })) };
}

const maxNameLength = 500;
/** Failures of a path that are shown. */
const maxShown = 10;

function print(fate: PathFate): void {
  printResult(say`${paint.bold(printable(fate.path, maxNameLength))}: ${render(fate)}`);
  for (const { source, code, chunk } of fate.failures.slice(0, maxShown)) {
    const place = chunk === undefined ? say`` : say`, chunk ${chunk}`;
    printResult(
      say`  ${paint.red(say`failed`)}: ${printable(source, maxNameLength)}${place} (${printable(code)}: ${printable(meanings[code])})`,
    );
  }
  const more = fate.failures.length - maxShown;
  if (more > 0) printResult(say`  and ${more} more: \`embed list --failed\``);
}

const untilWhen = say`until the file, its reader or a limit changes (\`--retry-failed\` tries it now)`;

function render({
  fate,
  source,
  reason,
  at,
  rule,
  format,
  documents,
  rows,
  changed,
  knownFailure,
  failures,
}: PathFate): Printable {
  const inside = documents > 0 ? say`${plural(documents, 'document')}, ${plural(rows, 'row')}` : undefined;
  if (fate === 'left-out') {
    const place = at === undefined || at === source ? say`` : say`, with ${printable(at, maxNameLength)}`;
    const still =
      inside === undefined ? say`` : say`; the index still has ${inside} of it until the next run`;
    return say`${paint.yellow(say`left out`)}${place}: ${skipInWords(reason ?? '', rule)}${still}`;
  }
  if (fate === 'gone')
    return say`${paint.yellow(say`gone`)}; the index still has ${inside ?? say`failures`} of it`;
  if (fate === 'not-named') {
    return say`${paint.yellow(say`not named`)}: no run of this index named it, nor a folder above it`;
  }
  const as = format === undefined ? say`` : say` (${printable(format)})`;
  if (inside !== undefined) {
    const stale = !changed
      ? say``
      : knownFailure
        ? say` of the file as it was before; as it is now, it failed, and isn't tried again ${untilWhen}`
        : say`; changed since: the next run reads it again`;
    return say`${paint.green(say`in the index`)}${as}: ${inside}${stale}`;
  }
  return failures.length > 0
    ? say`taken${as}, but it has no row${knownFailure ? say`, and isn't tried again ${untilWhen}` : say``}`
    : say`taken${as}, but not in the index yet: run \`embed ingest\``;
}
