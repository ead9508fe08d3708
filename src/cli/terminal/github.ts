// What GitHub Actions reads of a run: annotations, a group of lines, and the summary of the step.
import { appendFileSync, existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { variable } from '../../environment.js';
import type { IngestSummary } from '../../ingest/summary.js';
import { whole } from '../../text/plural.js';
import { printable, say } from '../../text/printable.js';
import type { Failure } from '../../types/failure.js';
import { printNotice, printWorkflowCommand } from './print.js';

/** Of one kind in a step; GitHub shows no more. */
const maxAnnotations = 10;
/** Of a step; GitHub takes 1 MiB of it. */
const maxListed = 100;
const maxNameLength = 300;

export function isGithub(): boolean {
  return variable('GITHUB_ACTIONS') === 'true';
}

/** An error of the whole command, where people look at a pull request. @returns whether it is told so */
export function annotateError(message: string): boolean {
  if (!isGithub()) return false;
  printWorkflowCommand('error', { title: 'embed' }, message);
  return true;
}

/**
 * Failures of documents, each at its file where that is in the checkout.
 * @param out the output's folder @returns how many of the first are shown; none elsewhere than on GitHub
 */
export function annotateFailures(
  failures: readonly Failure[],
  meaning: (failure: Failure) => string,
  out: string,
): number {
  if (!isGithub()) return 0;
  const shown = failures.slice(0, maxAnnotations);
  for (const failure of shown) {
    const file = fileOf(failure.source, out);
    const title = `embed: ${failure.code}`;
    printWorkflowCommand(
      'error',
      file === undefined ? { title } : { file, title },
      `${printable(failure.source, maxNameLength)}: ${meaning(failure)}`,
    );
  }
  return shown.length;
}

/** A document's file from the top of the checkout; undefined for what is elsewhere. */
function fileOf(source: string, out: string): string | undefined {
  const base = dirname(resolve(out));
  // A record has its file before the #.
  const path = [source, source.replace(/#.*/s, '')]
    .map((name) => resolve(base, name))
    .find((one) => existsSync(one));
  if (path === undefined) return undefined;
  const name = relative(variable('GITHUB_WORKSPACE') ?? process.cwd(), path);
  return name.startsWith('..') || isAbsolute(name) ? undefined : name;
}

/** Appends the counts of a run and its failures to the page of the step. */
export function summariseStep(summary: IngestSummary, failures: readonly Failure[]): void {
  const file = variable('GITHUB_STEP_SUMMARY');
  if (!isGithub() || file === undefined) return;
  try {
    appendFileSync(file, stepSummary(summary, failures));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    printNotice(say`GITHUB_STEP_SUMMARY can't be written (${printable(code)}): the step has no summary.`);
  }
}

/** HTML, in which foreign text can't be taken for Markdown. */
function stepSummary(summary: IngestSummary, failures: readonly Failure[]): string {
  const { documents, chunks } = summary;
  const counts = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, count]) => `${whole(count)} ${name}`)
      .join(', ');
  const { new: added, changed, unchanged, removed, failed } = documents;
  const { embedded, cached, reused } = chunks;
  const rows = [
    ['Output', code(summary.out)],
    ['Documents', counts({ new: added, changed, unchanged, removed, failed })],
    ['Chunks', `${whole(chunks.total)}: ${counts({ embedded, 'from cache': cached, reused })}`],
    ...(summary.embedder ? [['Model', code(summary.embedder.model)]] : []),
  ];
  const listed = failures.slice(0, maxListed).map((one) => [code(one.source), code(one.code)]);
  const more = failures.length - listed.length;
  return [
    '<h3>embed ingest</h3>',
    table(rows),
    ...(listed.length > 0 ? ['<p>Failed:</p>', table(listed)] : []),
    ...(more > 0 ? [`<p>and ${whole(more)} more</p>`] : []),
    '',
  ].join('\n');
}

function table(rows: readonly string[][]): string {
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table>${lines.join('')}</table>`;
}

function code(text: string): string {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return `<code>${printable(text, maxNameLength).replace(/[&<>"]/g, (one) => escapes[one] ?? one)}</code>`;
}
