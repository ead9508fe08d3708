// A measurement as one HTML page, without scripts and downloads, for light and dark, each chart with its numbers.

import { emptyMarkup, html, htmlPage, type Markup } from '../../text/html.js';
import { pageStyle } from '../../text/page-style.js';
import { type Bar, barChart, latencyChart, sizeChart } from './charts.js';
import { notable } from './notable.js';
import type { BenchReport, TargetReport } from './report.js';
import type { SettingReport } from './setting-report.js';
import { failuresOf, settingName, speedOf, times, timesOf, verdictOf } from './words.js';

export function pageOf(report: BenchReport): string {
  const { texts, targets, seconds } = report;
  const source = texts.source === 'bundled' ? 'texts that come with embed' : 'chunks of your documents';
  const main = html`<h1>What batching gains</h1>
<p class="muted">${report.date.slice(0, 16).replace('T', ' ')} UTC · ${texts.count.toLocaleString('en-US')} ${source}, ${Math.round(texts.tokens)} tokens each on average · measured for ${Math.round(seconds)} s</p>
${endNote(report)}
${comparisonPart(report)}
${targets.map((target, index) => targetPart(target, index, report.again))}
<footer>
<p>All settings of a chart were measured in the same rounds, in random order and with the same texts. The best batched setting was chosen in some rounds; its figures are those of other rounds. Whiskers and intervals hold the true ratio to one text at a time in 95 of 100 measurements; an interval within 10 % of 1 is no difference, one above 1 is faster, and with any other nothing can be told yet. Loading the model and the first requests are left out. The cache is one of the measurement's own, on disk.</p>
</footer>`;
  return htmlPage(`embed bench: ${targets.map(({ model }) => model).join(', ')}`, pageStyle, main);
}

function endNote({ ended }: BenchReport): Markup {
  if (ended === null) return emptyMarkup;
  const why = ended === 'time-limit' ? 'The time limit ended the measurement' : 'A server went down';
  return html`<p class="failure">${why}: these are the rounds until then.</p>`;
}

function comparisonPart({ targets, comparisons }: BenchReport): Markup {
  if (targets.length < 2) return emptyMarkup;
  const bars = targets.map((target, index): Bar => {
    const best = target.settings.find(({ id }) => id === target.best);
    const ratio = comparisons.find((one) => one.target === index)?.ratio;
    const times = ratio ? ` (×${ratio.estimate.toFixed(2)})` : '';
    return {
      name: short(target, targets),
      value: best?.textsPerSecond ?? 0,
      label: `${speedOf(best?.textsPerSecond ?? null)}/s${times}`,
      best: false,
    };
  });
  const sentences = comparisons.map(
    ({ target, against, ratio }) =>
      html`<p>${targets[target]!.name} against ${targets[against]!.name}: ${timesOf(ratio)}.</p>`,
  );
  return html`<section class="card"><h3>Side by side: texts per second, each with its best batched setting</h3>
${barChart('compare', 'Texts per second of each server and model', bars)}
${sentences}</section>`;
}

/** The name by which targets differ: the model, the server, or both. */
function short(target: TargetReport, all: readonly TargetReport[]): string {
  const oneModel = all.every(({ model }) => model === target.model);
  const name = oneModel ? (target.url?.replace(/^https?:\/\//, '') ?? 'built-in') : target.model;
  return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}

function targetPart(target: TargetReport, index: number, again: BenchReport['again']): Markup {
  const shown = notable(target);
  const [headline, ...rest] = verdictOf(target, again);
  const load =
    target.load.seconds === null ? 'the model was loaded' : `loaded in ${target.load.seconds.toFixed(1)} s`;
  return html`<h2>${target.name}</h2>
<p class="muted">${target.dimensions} dimensions · ${load}${agreementOf(target)}</p>
<section class="card answer">${figure(target)}<div class="words"><p>${headline!}</p>${rest.map((line) => html`<p>${flagsAsCode(line)}</p>`)}</div></section>
<section class="card"><h3>Texts per second</h3>
${barChart(`bars-${index}`, `Texts per second on ${target.name}`, barsOf(target, shown))}
<div class="scroll">${detailTable(target, shown, 'The settings that count')}</div></section>
<section class="card"><h3>By batch size and requests at once</h3>
${sizeChart(`sizes-${index}`, `Texts per second by batch size on ${target.name}`, target.settings)}
<div class="scroll">${gridTable(target)}</div></section>
<section class="card"><h3>How long a request takes</h3>
${latencyChart(`latency-${index}`, `Time of a request on ${target.name}`, shown)}</section>
${failures(target)}
<section class="card"><h3>All settings</h3><div class="scroll">${detailTable(target, target.settings, 'Every setting that was measured')}</div></section>`;
}

function agreementOf({ agreement }: TargetReport): string {
  if (!agreement) return '';
  const cosine = agreement.minimumCosine.toFixed(5);
  return agreement.agrees
    ? ` · same vectors in a batch as alone (lowest cosine ${cosine})`
    : ` · a batch changes the vectors (lowest cosine ${cosine})`;
}

function figure({ speedup, verdict }: TargetReport): Markup {
  if (!speedup) return html`<div class="figure none">–</div>`;
  if (verdict === 'no-difference') return html`<div class="figure none">no difference</div>`;
  if (verdict === 'cant-tell-yet') return html`<div class="figure none">can’t tell yet</div>`;
  return html`<div class="figure">${speedup.estimate.toFixed(speedup.estimate < 10 ? 1 : 0)}×</div>`;
}

function flagsAsCode(line: string): Markup {
  const parts = line.split(/(--batch-size \d+(?: --concurrency \d+)?|--save|embed bench .*$)/);
  return html`${parts.map((part) => (/^(--|embed bench )/.test(part) ? html`<code>${part}</code>` : html`${part}`))}`;
}

function barsOf({ settings, best }: TargetReport, shown: readonly SettingReport[]): Bar[] {
  const base = settings.find(({ id }) => id === 'individual-1')?.textsPerSecond ?? undefined;
  // Beside a warm cache, the other bars would be too short.
  return shown
    .filter(({ kind, textsPerSecond }) => kind !== 'warm-cache' && textsPerSecond !== null)
    .map((one): Bar => {
      const { speedup } = one;
      // The interval is that of the ratio to one text at a time.
      const scaled = (bound: number | null | undefined) =>
        typeof bound === 'number' && speedup ? (one.textsPerSecond! * bound) / speedup.estimate : undefined;
      return {
        name: settingName(one),
        value: one.textsPerSecond!,
        low: scaled(speedup?.low),
        high: scaled(speedup?.high),
        label: `${speedOf(one.textsPerSecond)}${speedup && base ? `  ×${speedup.estimate.toFixed(1)}` : ''}`,
        best: one.id === best,
      };
    });
}

const tableHead = [
  'texts/s',
  'speed-up (95 % interval)',
  'tokens/s',
  'texts/req',
  'requests',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'cache hits',
];

function detailTable({ best }: TargetReport, settings: readonly SettingReport[], caption: string): Markup {
  const rows = settings.map((one) => {
    const { p50 = null, p95 = null, p99 = null } = one.latencyMs ?? {};
    const cells = [
      speedOf(one.textsPerSecond),
      gain(one),
      speedOf(one.tokensPerSecond),
      one.textsPerRequest === null ? '-' : String(one.textsPerRequest),
      one.requests.toLocaleString('en-US'),
      speedOf(p50),
      speedOf(p95),
      speedOf(p99),
      one.cacheHitRate === null ? '-' : `${Math.round(100 * one.cacheHitRate)} %`,
    ];
    return html`<tr class="${one.id === best ? 'best' : ''}"><th scope="row">${settingName(one)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  });
  return html`<table><caption>${caption}</caption><thead><tr><th scope="row">setting</th>${tableHead.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

function gain({ status, speedup }: SettingReport): string {
  if (status === 'failed') return 'failed';
  if (!speedup) return '-';
  const { estimate, low, high } = speedup;
  return low === null || high === null
    ? `×${times(estimate)}`
    : `×${times(estimate)} (${times(low)} – ${times(high)})`;
}

function gridTable({ settings, best }: TargetReport): Markup {
  const fixed = settings.filter(({ kind }) => kind === 'individual' || kind === 'batched');
  const unique = (key: 'batchSize' | 'concurrency') =>
    [...new Set(fixed.map((one) => one[key] ?? 0))].sort((a, b) => a - b);
  const concurrencies = unique('concurrency');
  const rows = unique('batchSize').map((size) => {
    const cells = concurrencies.map((concurrency) => {
      const found = fixed.find((one) => one.batchSize === size && one.concurrency === concurrency);
      if (!found) return html`<td>-</td>`;
      if (found.status === 'failed') return html`<td class="failure">failed</td>`;
      return html`<td class="${found.id === best ? 'best' : ''}">${speedOf(found.textsPerSecond)}</td>`;
    });
    return html`<tr><th scope="row">${size === 1 ? '1 text' : `${size} texts`}</th>${cells}</tr>`;
  });
  const head = concurrencies.map(
    (count) => html`<th scope="col">${count === 1 ? '1 request' : `${count} at once`}</th>`,
  );
  return html`<table><caption>Texts per second</caption><thead><tr><th scope="row">texts of a request</th>${head}</tr></thead><tbody>${rows}</tbody></table>`;
}

function failures(target: TargetReport): Markup {
  const items = failuresOf(target).map(
    ({ names, message }) => html`<p class="failure">${names.join(', ')}: ${message}</p>`,
  );
  return items.length === 0
    ? emptyMarkup
    : html`<section class="card"><h3>What failed</h3>${items}</section>`;
}
