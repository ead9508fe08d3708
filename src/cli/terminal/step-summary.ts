// What a command puts on the page of a step of GitHub Actions: HTML, in which foreign text can't be taken for Markdown.
import { appendFileSync } from 'node:fs';
import { variable } from '../../environment.js';
import { emptyMarkup, html, type Markup } from '../../text/html.js';
import { whole } from '../../text/plural.js';
import { type Printable, printable, say } from '../../text/printable.js';
import { isGithub } from './github.js';
import { printNotice } from './print.js';

/** Rows of a list; GitHub takes 1 MiB of a step. */
const maxListed = 100;
const maxForeignLength = 300;

/** A row of a table: our own words, or foreign text by {@link foreign}. */
export type SummaryRow = readonly (Printable | Markup)[];

/** What a command says on the page. */
export interface StepSummary {
  /** The command, such as `embed ingest`. */
  title: Printable;
  /** Numbers and names, a few rows. */
  rows: readonly SummaryRow[];
  /** What failed or was not found; only the first are shown. */
  list?: { title: Printable; rows: readonly SummaryRow[] };
}

/** Appends to the page of the step; does nothing elsewhere than on GitHub. */
export function summariseStep(summary: () => StepSummary): void {
  const file = variable('GITHUB_STEP_SUMMARY');
  if (!isGithub() || file === undefined) return;
  try {
    appendFileSync(file, render(summary()));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    printNotice(say`GITHUB_STEP_SUMMARY can't be written (${printable(code)}): the step has no summary.`);
  }
}

/** Names of files, addresses, questions, codes. */
export function foreign(text: string): Markup {
  return html`<code>${printable(text, maxForeignLength)}</code>`;
}

/** Without an empty line, at which Markdown would begin again. */
function render({ title, rows, list }: StepSummary): string {
  return html`<h3>${title}</h3>
${table(rows)}
${list === undefined || list.rows.length === 0 ? emptyMarkup : listed(list)}
`.text;
}

function listed({ title, rows }: NonNullable<StepSummary['list']>): Markup {
  const more = rows.length - maxListed;
  return html`<p>${title}:</p>
${table(rows.slice(0, maxListed))}
${more > 0 ? html`<p>and ${whole(more)} more</p>` : emptyMarkup}`;
}

function table(rows: readonly SummaryRow[]): Markup {
  const lines = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<table>${lines}</table>`;
}
