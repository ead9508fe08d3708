// `embed doctor`: flags and printing.
import { Command } from 'commander';
import type { DoctorReport } from '../commands/doctor.js';
import { exitCodes } from '../errors.js';
import { printable, printableJson, say } from '../printable.js';
import { plural } from '../words.js';
import { chalk } from './colour.js';
import { canAsk, confirm } from './confirm.js';
import { addSettings, milliseconds, typedSettings } from './flags.js';
import { harmless, printNotice } from './print.js';
import { withSignals } from './signals.js';

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
    .option('--json', 'the report as JSON on standard output')
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
    const text = flags.json
      ? `${printableJson(report, 2)}\n`
      : harmless(render(report, process.stdout.columns ?? 80));
    const failed = !report.ok || (flags.strict && report.counts.warning > 0);
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    // A check that was given up may still hold a connection or a worker: nobody waits for it.
    process.exit(failed ? exitCodes.unexpected : exitCodes.done);
  });
}

async function run(command: Command, flags: Flags): Promise<DoctorReport> {
  const { doctor } = await import('../commands/doctor.js');
  let last = '';
  return await withSignals((signal) =>
    doctor({
      flags: typedSettings(command),
      fix: flags.fix ?? false,
      ...(flags.gateway !== undefined && {
        gateway: { url: flags.gateway, token: process.env.EMBED_SERVE_TOKEN },
      }),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      ...(flags.wait !== undefined && { waitMs: flags.wait }),
      signal,
      ...(canAsk() && { confirm: (what) => confirm(`${what[0]!.toUpperCase()}${what.slice(1)}?`) }),
      onFix: (what) => printNotice(say`fixing: ${printable(what)}`),
      onProgress: (status) => {
        if (status !== last) printNotice(say`  ${printable(status)}`);
        last = status;
      },
    }),
  );
}

type Line = DoctorReport['checks'][number];

const HEADINGS: Record<Line['group'], string> = {
  node: 'Node',
  configuration: 'Configuration',
  redis: 'Redis',
  ollama: 'Ollama',
  builtin: 'Built-in embedder',
  cache: 'Cache',
  folders: 'Folders',
  gateway: 'Gateway',
  output: 'Output',
};

const MARKS: Record<Line['status'], string> = {
  ok: chalk.green('✓'),
  warning: chalk.yellow('!'),
  failure: chalk.red('✗'),
  skipped: chalk.dim('-'),
};

/** Two spaces, the mark, a space, the title and a space come before what was seen. */
const TITLE_WIDTH = 12;
const INDENT = 2 + 2 + TITLE_WIDTH + 1;
const WIDEST = 120;

function render(report: DoctorReport, columns: number): string {
  const width = Math.max(40, Math.min(columns, WIDEST) - INDENT);
  let text = '';
  let heading = '';
  for (const check of report.checks) {
    const here = `${chalk.bold(HEADINGS[check.group])}${check.subject ? ` ${chalk.dim(printable(check.subject))}` : ''}`;
    if (here !== heading) text += `${heading === '' ? '' : '\n'}${here}\n`;
    heading = here;
    text += line(check, width);
  }
  for (const { what, ok, error } of report.fixes) {
    text += `\n${ok ? `${chalk.green('✓')} done: ${printable(what)}` : `${chalk.red('✗')} not done: ${printable(what)} (${printable(error ?? '', 2000)})`}`;
  }
  return `${text}${report.fixes.length > 0 ? '\n' : ''}\n${closing(report)}\n`;
}

function line(check: Line, width: number): string {
  const indent = ' '.repeat(INDENT);
  const [first = '', ...rest] = wrap(printable(check.seen, 2000), width);
  const lines = [`  ${MARKS[check.status]} ${check.title.padEnd(TITLE_WIDTH)} ${first}`];
  for (const part of rest) lines.push(indent + part);
  for (const detail of check.details ?? []) {
    lines.push(...wrap(printable(detail), width).map((part) => chalk.dim(indent + part)));
  }
  // A command is never broken, since it is there to be copied; so it starts further left.
  if (check.mend !== undefined && check.status !== 'ok')
    lines.push(`      ${chalk.cyan(`$ ${printable(check.mend, 2000)}`)}`);
  const text = lines.map((one) => `${one}\n`).join('');
  return check.status === 'skipped' ? `${chalk.dim(text.trimEnd())}\n` : text;
}

function closing({ checks, counts }: DoctorReport): string {
  const parts = [
    `${counts.ok} fine`,
    ...(counts.warning > 0 ? [chalk.yellow(plural(counts.warning, 'warning'))] : []),
    ...(counts.failure > 0 ? [chalk.red(plural(counts.failure, 'failure'))] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ];
  return `${plural(checks.length, 'check')}: ${parts.join(', ')}.`;
}

/** Broken at spaces; a longer word is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
