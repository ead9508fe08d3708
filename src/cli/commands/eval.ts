// `embed eval`: what it prints.
import { writeFile } from 'node:fs/promises';
import type { EvaluateResult } from '../../commands/eval.js';
import { UsageError } from '../../errors.js';
import type { EvaluatedQuestion } from '../../search/evaluate/evaluate.js';
import type { Estimate, MeasureName } from '../../search/evaluate/measures.js';
import { measureTitles, verdictWords } from '../../search/evaluate/page.js';
import { padEnd } from '../../text/columns.js';
import { plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, printableJson, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { evaluation as declared } from '../declared/eval.js';
import { codedError, type Outcome } from '../declared/outcome.js';
import { refuseUnplaced } from '../named-source.js';
import { nearIndex, withNotedServers } from '../near-index.js';
import { rerankOf } from '../rerank.js';
import { byOf } from '../search-flags.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printResults } from '../terminal/print.js';
import { foreign, type StepSummary, summariseStep } from '../terminal/step-summary.js';

/** Questions that are named at most. */
const maxNamed = 10;

export async function runEval(given: Given<typeof declared>): Promise<Outcome> {
  const { flags } = given;
  const { questions: path } = given.arguments;
  const by = byOf(flags);
  const loaded = await settingsFor(given, printNotice);
  const near = nearIndex(loaded);
  if (flags.draft !== undefined) return await runDraft(given, near);
  if (path === undefined) {
    throw new UsageError('Nothing to ask: name a file of questions, or have some proposed with --draft 50.');
  }
  const { readQuestions } = await import('../../search/questions-file.js');
  const questions = readQuestions(path);
  const settings = flags.in
    ? loaded.settings
    : withNotedServers({ ...loaded, settings: near }, printNotice).settings;
  await refuseUnplaced(flags.source, { in: flags.in, settings: near });
  const { evaluate } = await import('../../commands/eval.js');
  const result = await withSignals((signal) =>
    evaluate({
      ...{ questions, settings, by, signal },
      in: flags.in,
      against: flags.against,
      source: flags.source,
      from: process.cwd(),
      where: flags.where,
      rerank: rerankOf(flags),
      events: printedEvents(printNotice),
    }),
  );
  if (!flags.json) printResults(render(result));
  if (flags.report !== undefined) await writePage(flags.report, result, flags.in?.join(', ') ?? settings.out);
  summariseStep(() => summaryOf(result));
  return { result, error: tooLow(result, flags.minHit3) };
}

async function runDraft(
  { flags, arguments: { questions } }: Given<typeof declared>,
  settings: Awaited<ReturnType<typeof settingsFor>>['settings'],
): Promise<Outcome> {
  if (questions !== undefined) throw new UsageError('--draft proposes questions, and takes no file of them.');
  if (flags.in !== undefined) throw new UsageError('--draft reads an output: name it with --out.');
  const { draft } = await import('../../commands/eval.js');
  const drafts = await withSignals((signal) => draft({ settings, signal }, flags.draft!));
  if (!flags.json) {
    printResults(joined(drafts.map((one) => say`${printableJson(one)}\n`)));
    printNotice(
      say`${plural(drafts.length, 'question')} in the words of the documents: put them into words that people would ask with.`,
    );
  }
  return { result: { questions: drafts } };
}

async function writePage(path: string, result: EvaluateResult, where: string): Promise<void> {
  const { evaluationPage } = await import('../../search/evaluate/page.js');
  try {
    await writeFile(path, evaluationPage(result, where));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} can't be written (${code}): name another file with --report.`, { cause });
  }
  printNotice(say`Page: ${printable(path)}`);
}

function tooLow({ hit3 }: EvaluateResult, least: number | undefined): Outcome['error'] {
  if (least === undefined || hit3.value >= least) return undefined;
  const message = `hit@3 is ${hit3.value.toFixed(3)}, below ${least}`;
  printNotice(say`${paint.red(say`too low`)}: ${printable(message)}`);
  return codedError('EMBED_CHECK_FAILED', message);
}

function render(result: EvaluateResult): Printable {
  const { questions, answers, against } = result;
  const names = Object.keys(measureTitles) as MeasureName[];
  const lines = names.map((name) => {
    const ahead = against && say`  ahead by ${estimate(against.ahead[name])}`;
    return say`  ${padEnd(printable(measureTitles[name]), 8)} ${estimate(result[name])}${ahead ?? say``}\n`;
  });
  const verdict = against
    ? say`Against the other, by MRR question by question: ${paint.bold(printable(verdictWords[against.verdict]))}\n`
    : say``;
  const failed = answers.filter(({ rank }) => rank === 0);
  return joined([
    say`${plural(questions, 'question')}\n`,
    ...lines,
    verdict,
    named(say`Not found in ten results`, failed),
    named(say`Lost against the other`, against?.lost.map((question) => ({ question, rank: 0 })) ?? []),
  ]);
}

/** The same for the page of a step. */
function summaryOf({ questions, answers, against, ...result }: EvaluateResult): StepSummary {
  const names = Object.keys(measureTitles) as MeasureName[];
  const failed = answers.filter(({ rank }) => rank === 0);
  return {
    title: say`embed eval`,
    rows: [
      [say`Questions`, whole(questions)],
      ...names.map((name) => [printable(measureTitles[name]), estimate(result[name])]),
      ...(against ? [[say`Against the other`, printable(verdictWords[against.verdict])]] : []),
    ],
    list: { title: say`Not found in ten results`, rows: failed.map(({ question }) => [foreign(question)]) },
  };
}

function estimate({ value, low, high }: Estimate): Printable {
  const bounds =
    low === null || high === null
      ? say`too few questions for an interval`
      : say`${printable(low.toFixed(3))} to ${printable(high.toFixed(3))}`;
  return say`${printable(value.toFixed(3))} (${bounds})`;
}

function named(title: Printable, questions: readonly EvaluatedQuestion[]): Printable {
  if (questions.length === 0) return say``;
  const shown = questions.slice(0, maxNamed).map(({ question, first }) => {
    const instead = first === undefined ? say`` : paint.dim(say`  (first: ${printable(first, 120)})`);
    return say`  ${printable(question, 120)}${instead}\n`;
  });
  const more = questions.length - shown.length;
  return joined([
    say`${title}:\n`,
    ...shown,
    more > 0 ? say`  and ${more} more: see --json or --report\n` : say``,
  ]);
}
