// The table of the results, as Markdown.
import { interval, mean, measures } from './score.js';

/**
 * @param results name → { chunks, tokens, refused, found }, with `found` as `rank` gives it
 * @returns name → means, and the differences to the baseline with their bounds of 95 %
 */
export function summarize(results, baseline, questions) {
  return Object.entries(results).map(([name, { found, ...rest }]) => ({
    name,
    ...rest,
    absent: found.filter(({ rank }) => rank === 0).length,
    measures: Object.fromEntries(
      Object.entries(measures).map(([measure, of]) => {
        const values = found.map(of);
        const differences = values.map((value, index) => of(results[baseline].found[index]) - value);
        return [
          measure,
          {
            value: mean(values),
            ...byKind(values, questions),
            ...(name !== baseline && { ahead: mean(differences), bounds: interval(differences) }),
          },
        ];
      }),
    ),
  }));
}

export function table(summary) {
  const head = [
    'splitter',
    'chunks',
    'tokens',
    'cut',
    ...Object.keys(measures),
    'embed ahead in hit@3',
    'in MRR',
    'in 2,000 tokens',
  ];
  const rows = summary.map(({ name, chunks, tokens, absent, measures }) => [
    name,
    chunks.toLocaleString('en-US'),
    tokens.toFixed(0),
    String(absent),
    ...Object.values(measures).map(
      ({ value, prose, name }) => `${percent(value)} (${percent(prose)}, ${percent(name)})`,
    ),
    ...['hit@3', 'MRR', 'in 2,000 tokens'].map((measure) => ahead(measures[measure])),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function byKind(values, questions) {
  const of = (kind) => mean(values.filter((_, index) => questions[index].kind === kind));
  return { prose: of('prose'), name: of('name') };
}

function ahead({ ahead, bounds }) {
  return bounds ? `${signed(ahead)} (${signed(bounds[0])} … ${signed(bounds[1])})` : '';
}

function percent(value) {
  return (100 * value).toFixed(1);
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`;
}
