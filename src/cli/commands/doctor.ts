// `embed doctor`: what it asks and prints.
import type { DoctorReport } from '../../commands/doctor.js';
import { readSettings } from '../../config/load.js';
import { variable } from '../../environment.js';
import { padEnd, wrapped } from '../../text/columns.js';
import { plural } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { doctor as declared } from '../declared/doctor.js';
import { codedError, type Outcome } from '../declared/outcome.js';
import { nearIndex } from '../near-index.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { canAsk, confirm } from '../terminal/confirm.js';
import { columns, printNotice, printResults } from '../terminal/print.js';
import { pathsFromHere } from '../terminal/shown-path.js';
import { foreign, type StepSummary, summariseStep } from '../terminal/step-summary.js';

export async function runDoctor(given: Given<typeof declared>): Promise<Outcome> {
  const report = await examine(given);
  if (!given.flags.json) printResults(render(report, columns()));
  summariseStep(() => summaryOf(report));
  const { failure, warning } = report.counts;
  const found = [
    ...(failure > 0 ? [plural(failure, 'failure')] : []),
    ...(given.flags.strict && warning > 0 ? [plural(warning, 'warning')] : []),
  ];
  return {
    result: report,
    ...(found.length > 0 && {
      error: codedError('EMBED_CHECK_FAILED', `${found.join(' and ')}: see the checks for what mends it.`),
    }),
    // A check that was given up may still hold a connection or a worker.
    endsNow: true,
  };
}

async function examine({ flags, settings }: Given<typeof declared>): Promise<DoctorReport> {
  const { doctor } = await import('../../commands/doctor.js');
  const read = await readSettings({ flags: settings, file: flags.config });
  const { out } = nearIndex(read);
  let last = '';
  return await withSignals((signal) =>
    doctor({
      flags: out === read.settings.out ? settings : { ...settings, out },
      file: flags.config,
      fix: flags.fix,
      ...(flags.gateway !== undefined && {
        gateway: { url: flags.gateway, token: variable('EMBED_SERVE_TOKEN') },
      }),
      timeoutMs: flags.timeout,
      ...(flags.waitForServer !== undefined && { waitMs: flags.waitForServer }),
      signal,
      ...(canAsk() && {
        confirm: (what) => confirm(printable(`${what[0]!.toUpperCase()}${what.slice(1)}?`, 2000)),
      }),
      events: {
        fixing: (what) => printNotice(say`fixing: ${printable(what)}`),
        pulling: (step) => {
          if (step !== last) printNotice(say`  ${printable(step)}`);
          last = step;
        },
      },
    }),
  );
}

type Line = DoctorReport['checks'][number];

const headings: Record<Line['group'], Printable> = {
  node: say`Node`,
  configuration: say`Configuration`,
  redis: say`Redis`,
  ollama: say`Ollama`,
  openai: say`OpenAI-compatible server`,
  queue: say`Queue`,
  builtin: say`Built-in embedder`,
  cache: say`Cache`,
  folders: say`Folders`,
  gateway: say`Gateway`,
  output: say`Output`,
  destination: say`Destination`,
};

const statusMarks: Record<Line['status'], Printable> = {
  ok: paint.green(say`✓`),
  warning: paint.yellow(say`!`),
  failure: paint.red(say`✗`),
  skipped: paint.dim(say`-`),
};

/** Two spaces, the mark, a space, the title and a space come before what was seen. */
const titleWidth = 12;
const indent = padEnd(say``, 2 + 2 + titleWidth + 1);
const maxWidth = 120;

function render(report: DoctorReport, room: number): Printable {
  const width = Math.max(40, Math.min(room, maxWidth) - indent.length);
  const lines: Printable[] = [];
  let heading: Printable | undefined;
  for (const check of report.checks) {
    const subject = check.subject ? say` ${paint.dim(printable(pathsFromHere(check.subject)))}` : say``;
    const here = say`${paint.bold(headings[check.group])}${subject}`;
    if (here !== heading) lines.push(...(heading === undefined ? [] : [say``]), here);
    heading = here;
    lines.push(...linesOf(check, width));
  }
  if (report.fixes.length > 0) lines.push(say``);
  for (const { what, ok, error } of report.fixes) {
    lines.push(
      ok
        ? say`${paint.green(say`✓`)} done: ${printable(what)}`
        : say`${paint.red(say`✗`)} not done: ${printable(what)} (${printable(error ?? '', 2000)})`,
    );
  }
  return say`${joined(lines, say`\n`)}\n\n${closing(report)}\n`;
}

function linesOf(check: Line, width: number): Printable[] {
  const [first = say``, ...rest] = wrapped(printable(pathsFromHere(check.seen), 2000), width);
  const title = padEnd(printable(check.title), titleWidth);
  const lines = [say`  ${statusMarks[check.status]} ${title} ${first}`];
  for (const one of rest) lines.push(say`${indent}${one}`);
  for (const detail of check.details ?? []) {
    lines.push(
      ...wrapped(printable(pathsFromHere(detail)), width).map((one) => paint.dim(say`${indent}${one}`)),
    );
  }
  // A command is never broken, since it is there to be copied; so it starts further left.
  if (check.mend !== undefined && check.status !== 'ok')
    lines.push(say`      ${paint.cyan(say`$ ${printable(pathsFromHere(check.mend), 2000)}`)}`);
  return check.status === 'skipped' ? lines.map(paint.dim) : lines;
}

function closing({ checks, counts }: DoctorReport): Printable {
  const parts = [
    say`${counts.ok} fine`,
    ...(counts.warning > 0 ? [paint.yellow(plural(counts.warning, 'warning'))] : []),
    ...(counts.failure > 0 ? [paint.red(plural(counts.failure, 'failure'))] : []),
    ...(counts.skipped > 0 ? [say`${counts.skipped} skipped`] : []),
  ];
  return say`${plural(checks.length, 'check')}: ${joined(parts, say`, `)}.`;
}

function summaryOf({ checks, counts }: DoctorReport): StepSummary {
  const { ok, warning, failure, skipped } = counts;
  return {
    title: say`embed doctor`,
    rows: [[say`Checks`, say`${ok} fine, ${warning} warnings, ${failure} failures, ${skipped} skipped`]],
    list: {
      title: say`Found`,
      rows: checks
        .filter(({ status }) => status === 'failure' || status === 'warning')
        .map(({ id, status, seen, mend }) => [
          say`${printable(status)}`,
          foreign(id),
          foreign(pathsFromHere(seen)),
          foreign(pathsFromHere(mend ?? '')),
        ]),
    },
  };
}
