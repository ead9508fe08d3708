// `embed status`: what it prints.
import { relative, resolve } from 'node:path';
import { percentOf, runInWords } from '../../commands/run-state.js';
import type { OutputStatus, RootStatus } from '../../commands/status.js';
import { stdinRoot } from '../../ingest/survey/standard-input.js';
import { goOnCommand, isRebuild } from '../../state/go-on.js';
import { padEnd } from '../../text/columns.js';
import { duration } from '../../text/durations.js';
import { moment } from '../../text/moments.js';
import { plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { shownSize } from '../../text/sizes.js';
import type { Given } from '../declared/command.js';
import type { Outcome } from '../declared/outcome.js';
import type { status as declared } from '../declared/status.js';
import { namedIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { paint } from '../terminal/colour.js';
import { printNotice, printResults } from '../terminal/print.js';
import { sourceFromHere } from '../terminal/shown-path.js';

export async function runStatus(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const settings = namedIndex(await settingsFor(given, printNotice), given.arguments.dir, given.settings.out);
  const { status } = await import('../../commands/status.js');
  const result = await status({ settings });
  if (!flags.json) printResults(joined(render(result).map((line) => say`${line}\n`)));
  return { result };
}

/** Roots that are shown. */
const maxRoots = 20;
const maxCommand = 4000;

function render({ out, index, lastRun, addresses, run }: OutputStatus): Printable[] {
  const name = paint.bold(printable(out));
  const lines: Printable[] = [];
  if (index === undefined) lines.push(say`${name}: no index yet`);
  else {
    const { documents, rows, bytes, model, dimensions, chunkSize, chunkOverlap } = index;
    const overlap = chunkOverlap > 0 ? say`, overlap ${chunkOverlap}` : say``;
    lines.push(
      say`${name}: ${plural(documents, 'document')}, ${plural(rows, 'row')}, ${shownSize(bytes)}`,
      row('model', say`${printable(model)}, ${plural(dimensions, 'dimension')}`),
      row('chunks', say`of at most ${plural(chunkSize, 'token')}${overlap}`),
      ...rootLines(index.roots, out),
      row('failures', failureCount(index)),
    );
    if (addresses !== undefined)
      lines.push(
        row(
          'server',
          joined(
            addresses.map((one) => printable(one)),
            say`, `,
          ),
        ),
      );
    else if (index.embedder !== 'builtin') lines.push(row('server', say`not known here`));
  }
  // What paused a run that has committed is told as its end.
  const isRemaking = run !== undefined && isRebuild(run);
  if (run !== undefined && (run.state !== 'paused' || index === undefined || isRemaking)) {
    lines.push(row(isRemaking ? 'rebuild' : 'run', paint.yellow(say`${printable(runInWords(run))}`)));
    if (run.state !== 'running') {
      const paths =
        index === undefined ? [] : pathsOf(run.roots?.map((root) => ({ root })) ?? index.roots, out);
      lines.push(row('', printable(goOnCommand(out, run, index !== undefined, paths), maxCommand)));
    }
  }
  lines.push(row('last run', lastRun === undefined ? say`not known here` : ended(lastRun)));
  return lines;
}

/** None where they don't say it all: standard input, places that are gone, or more than a command is to have. */
function pathsOf(roots: readonly (Pick<RootStatus, 'root'> & Partial<RootStatus>)[], out: string): string[] {
  if (roots.length > maxRoots || roots.some(({ root, gone }) => gone || root === stdinRoot)) return [];
  const paths = roots.map(({ root }) => (root === '.' ? parentFromHere(out) : sourceFromHere(root, out)));
  return paths.map((path) => (path.startsWith('-') ? `./${path}` : path));
}

function parentFromHere(out: string): string {
  return relative(process.cwd(), resolve(out, '..')) || '.';
}

/** A document of which several chunks failed counts once, as in `embed list --failed`. */
function failureCount({ failures, failedDocuments }: NonNullable<OutputStatus['index']>): Printable {
  if (failures === 0) return say`none`;
  const of = failures === failedDocuments ? say`` : say`${whole(failures)} in `;
  return say`${of}${plural(failedDocuments, 'document')} (\`embed list --failed\` names them)`;
}

const results = {
  done: say`done`,
  'some-failed': say`done, some documents failed`,
  'time-up': say`stopped by its time window (--max-time)`,
  stopped: say`stopped`,
  failed: say`ended with an error`,
};

function ended({ at, seconds, result, share }: NonNullable<OutputStatus['lastRun']>): Printable {
  const rest = share === undefined ? say`` : say`, ${printable(percentOf(share))} done: the next run goes on`;
  return say`${moment(at)}, ${results[result]}${rest} (${duration(seconds)})`;
}

function rootLines(roots: readonly RootStatus[], out: string): Printable[] {
  const lines = roots.slice(0, maxRoots).map(({ root, documents, gone }, place) => {
    const name =
      root === '-'
        ? say`standard input`
        : printable(root === '.' ? resolve(out, '..') : sourceFromHere(root, out));
    const mark = gone ? paint.yellow(say`, which is gone`) : say``;
    return row(place === 0 ? 'roots' : '', say`${name} (${plural(documents, 'document')}${mark})`);
  });
  if (roots.length > maxRoots) lines.push(row('', say`and ${roots.length - maxRoots} more`));
  if (roots.some(({ gone, documents }) => gone && documents > 0)) {
    lines.push(row('', say`if it or the index was moved: \`embed ingest\` with its paths finds all again`));
    lines.push(row('', say`else what lies under it stays: \`embed ingest … --prune\` drops it`));
  }
  return lines;
}

function row(label: string, text: Printable): Printable {
  return say`  ${padEnd(printable(label), 10)} ${text}`;
}
