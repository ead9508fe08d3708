// `embed doctor`: flags and printing.
import { Command } from 'commander';
import type { DoctorReport } from '../../commands/doctor.js';
import { variable } from '../../environment.js';
import { exitCodes } from '../../errors.js';
import { plural } from '../../text/plural.js';
import {
  joined,
  type Printable,
  padEnd,
  printable,
  printableJson,
  say,
  wrapped,
} from '../../text/printable.js';
import { addSettings, milliseconds, typedSettings } from '../flags.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { canAsk, confirm } from '../terminal/confirm.js';
import { columns, flushResults, printNotice } from '../terminal/print.js';

interface Flags {
  json?: boolean;
  strict?: boolean;
  fix?: boolean;
  timeout?: number;
  wait?: number;
  gateway?: string;
}

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check all that ingest needs, and say what mends it')
    .option('--json', 'the result as JSON on standard output')
    .option('--strict', 'fail on warnings, too')
    .option('--fix', 'pull a missing model, remove a stale lock, prune the cache; then check again')
    .option('--timeout <time>', 'for all checks together, e.g. 60s (default: 4s)', milliseconds)
    .option(
      '--wait <time>',
      'for servers and models that are on their way, e.g. 5m (default: 0)',
      milliseconds,
    )
    .option('--gateway <url>', 'look at a running `embed serve` instead (its token: EMBED_SERVE_TOKEN)')
    .addHelpText(
      'after',
      `
Nothing is changed without --fix. A model that only a file or an output names is pulled after a question on the
terminal; without one, the command is said. Exits with 0 when all is fine, with 1 when a check fails (with --strict:
or warns). Models are loaded where they aren't; one that loads longer than --timeout
fails, unless --wait gives it the time.

The JSON: {"schema": 1, "ok", "counts": {"ok", "warning", "failure", "skipped"}, "checks": [{"id", "group",
"subject"?, "title", "status", "seen", "details"?, "mend"?, "ms"}], "fixes": [{"id", "what", "ok", "error"?}]}.
Ids such as redis.memory are stable. A check that needs one that failed is left out.

Examples:
  $ embed doctor
  $ embed doctor --model bge-m3 --fix            pull the model when it is missing
  $ embed doctor --wait 5m                       the server, or its model, is just starting
  $ embed doctor --gateway http://127.0.0.1:11444
  $ embed doctor --strict --json | jq '.checks[] | select(.status != "ok")'`,
    );
  addSettings(command, [
    'out',
    'embedder',
    'model',
    'ollamaUrl',
    'dimensions',
    'cache',
    'redisUrl',
    'cacheTtl',
  ]);
  return command.action(async (flags: Flags) => {
    const report = await run(command, flags);
    const text = flags.json ? say`${printableJson(report, 2)}\n` : render(report, columns());
    const failed = !report.ok || (flags.strict && report.counts.warning > 0);
    await flushResults(text);
    // A check that was given up may still hold a connection or a worker: don't wait for it.
    process.exit(failed ? exitCodes.unexpected : exitCodes.done);
  });
}

async function run(command: Command, flags: Flags): Promise<DoctorReport> {
  const { doctor } = await import('../../commands/doctor.js');
  let last = '';
  return await withSignals((signal) =>
    doctor({
      flags: typedSettings(command),
      fix: flags.fix ?? false,
      ...(flags.gateway !== undefined && {
        gateway: { url: flags.gateway, token: variable('EMBED_SERVE_TOKEN') },
      }),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      ...(flags.wait !== undefined && { waitMs: flags.wait }),
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
  builtin: say`Built-in embedder`,
  cache: say`Cache`,
  folders: say`Folders`,
  gateway: say`Gateway`,
  output: say`Output`,
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
    const subject = check.subject ? say` ${paint.dim(printable(check.subject))}` : say``;
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
  const [first = say``, ...rest] = wrapped(printable(check.seen, 2000), width);
  const title = padEnd(printable(check.title), titleWidth);
  const lines = [say`  ${statusMarks[check.status]} ${title} ${first}`];
  for (const one of rest) lines.push(say`${indent}${one}`);
  for (const detail of check.details ?? []) {
    lines.push(...wrapped(printable(detail), width).map((one) => paint.dim(say`${indent}${one}`)));
  }
  // A command is never broken, since it is there to be copied; so it starts further left.
  if (check.mend !== undefined && check.status !== 'ok')
    lines.push(say`      ${paint.cyan(say`$ ${printable(check.mend, 2000)}`)}`);
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
