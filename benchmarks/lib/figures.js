// Figures of a benchmark: values of several rounds beside the goal, and how they are printed.
import { median } from './statistics.js';

/**
 * @param values one per round
 * @param goal `{ atLeast }` or `{ atMost }`, where there is one
 */
export function figure(name, values, unit, goal) {
  const value = median(values);
  const reached = goal && (goal.atLeast === undefined ? value <= goal.atMost : value >= goal.atLeast);
  return { name, value, low: Math.min(...values), high: Math.max(...values), unit, goal, reached };
}

/** As a Markdown table, readable on a terminal too. */
export function table(figures) {
  const rows = figures.map(({ name, value, low, high, unit, goal, reached }) => [
    name,
    `${number(value)} ${unit}`,
    low === high ? '' : `${number(low)} … ${number(high)}`,
    goal ? (goal.atLeast === undefined ? `≤ ${number(goal.atMost)}` : `≥ ${number(goal.atLeast)}`) : '',
    reached === undefined ? '' : reached ? 'yes' : '**no**',
  ]);
  const head = ['figure', 'median', 'min … max', 'goal', 'reached'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function number(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** One benchmark's report, as Markdown. */
export function report({ title, figures, notes = [] }) {
  return [`## ${title}`, '', table(figures), '', ...notes.map((note) => `- ${note}`), ''].join('\n');
}
