// An evaluation as one HTML page, without scripts and downloads, for light and dark.

import { emptyMarkup, html, htmlPage, type Markup } from '../../text/html.js';
import { pageStyle } from '../../text/page-style.js';
import type { Comparison, EvaluatedQuestion, Evaluation } from './evaluate.js';
import type { Estimate, EvalVerdict, MeasureName } from './measures.js';

/** What a page shows. */
export interface EvaluatedPage extends Evaluation {
  against?: Evaluation & Comparison;
}

/** Names of the measures for people, in their order. */
export const measureTitles: Readonly<Record<MeasureName, string>> = {
  hit1: 'hit@1',
  hit3: 'hit@3',
  hit10: 'hit@10',
  mrr: 'MRR',
  ndcg: 'nDCG@10',
};

export const verdictWords: Readonly<Record<EvalVerdict, string>> = {
  better: 'better',
  worse: 'worse',
  'no-difference': 'no difference',
  'cant-tell-yet': "can't tell yet",
};

const names = Object.keys(measureTitles) as MeasureName[];
/** Questions and passages are prose, which breaks into lines. */
const tableStyle =
  'td, th { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; white-space: normal; overflow-wrap: anywhere; }';

/** Questions of a list at most. */
const maxListed = 1000;

export function evaluationPage(result: EvaluatedPage, where: string): string {
  const { questions, answers, against } = result;
  const failed = answers.filter(({ rank }) => rank === 0);
  const late = answers.filter(({ rank }) => rank > 3);
  const main = html`<h1>What a search finds</h1>
<p class="muted">${where} · ${questions.toLocaleString('en-US')} questions</p>
<div class="card">
<table>
<tr><th>measure</th><th>value</th><th>95 % interval</th>${against ? html`<th>the other</th><th>ahead</th>` : emptyMarkup}</tr>
${names.map((name) => measureRow(name, result))}
</table>
${against ? html`<p>By MRR, question by question: <strong>${verdictWords[against.verdict]}</strong>.</p>` : emptyMarkup}
</div>
${list('Questions that nothing answers in ten results', failed)}
${list('Questions that are answered after the third result', late)}
<footer>
<p>hit@k: the share of questions that one of the first k results answers. MRR: the mean of 1 / place of the first answer. nDCG: that of 1 / log2(1 + place). The intervals come from resampling the questions: another set of such questions would give a mean within them in 95 of 100 cases.</p>
</footer>`;
  return htmlPage(`embed eval: ${where}`, pageStyle + tableStyle, main);
}

function measureRow(name: MeasureName, { against, ...own }: EvaluatedPage): Markup {
  const other = against
    ? html`<td>${against[name].value.toFixed(3)}</td><td>${signed(against.ahead[name].value)} (${bounds(against.ahead[name])})</td>`
    : emptyMarkup;
  return html`<tr><td>${measureTitles[name]}</td><td>${own[name].value.toFixed(3)}</td><td>${bounds(own[name])}</td>${other}</tr>
`;
}

function list(title: string, questions: readonly EvaluatedQuestion[]): Markup {
  if (questions.length === 0) return emptyMarkup;
  const rows = questions.slice(0, maxListed).map(
    ({ question, source = '', passage = '', first = 'nothing', rank }) =>
      html`<tr><td>${question}</td><td>${source} ${passage}</td><td>${first}</td><td>${rank === 0 ? 'none' : rank}</td></tr>
`,
  );
  return html`<h2>${title} (${questions.length.toLocaleString('en-US')})</h2>
<div class="card"><table>
<tr><th>question</th><th>what answers it</th><th>first result</th><th>place</th></tr>
${rows}</table></div>`;
}

function bounds({ low, high }: Estimate): string {
  return low === null || high === null ? 'too few questions' : `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}
