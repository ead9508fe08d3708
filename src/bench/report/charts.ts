// The charts of a page, as SVG with the colours of the page's style. Each has a title and a description; the numbers are
// also in tables beside them.

import { emptyMarkup, html, type Markup } from '../../text/html.js';
import type { SettingReport } from './setting-report.js';
import { apart, px, ticks } from './svg.js';
import { settingName, speedOf } from './words.js';

/** How a chart is laid out: for a screen or paper, or for a phone, where names stand above what they name. */
interface Layout {
  name: 'wide' | 'narrow';
  width: number;
  /** Room for names beside rows, and for their values. */
  left: number;
  right: number;
  /** Height of what names a row above it. */
  above: number;
}

/** The page's style shows one of them. */
const layouts: readonly Layout[] = [
  { name: 'wide', width: 720, left: 170, right: 150, above: 0 },
  { name: 'narrow', width: 360, left: 4, right: 110, above: 18 },
];

/** The same chart in all layouts. @param draw given the layout, and what sets its ids apart */
function inAll(id: string, draw: (layout: Layout, id: string) => Markup): Markup {
  return html`${layouts.map((layout) => draw(layout, layout.name === 'wide' ? id : `${id}-narrow`))}`;
}

/** A name beside its row, or above it. */
function rowName(name: string, y: number, middle: number, { left, above }: Layout): Markup {
  return above > 0
    ? html`<text class="name" x="${left}" y="${y + above / 2}">${name}</text>`
    : html`<text class="name" x="${left - 10}" y="${middle}" text-anchor="end">${name}</text>`;
}

export interface Bar {
  name: string;
  value: number;
  /** Where the interval begins and ends. */
  low?: number | undefined;
  high?: number | undefined;
  /** The text after the bar. */
  label: string;
  /** True for the recommended setting. */
  best: boolean;
}

/** Horizontal bars from zero, with their intervals as whiskers. */
export function barChart(id: string, title: string, bars: readonly Bar[]): Markup {
  return inAll(id, (layout, own) => barsIn(layout, own, title, bars));
}

function barsIn(layout: Layout, id: string, title: string, bars: readonly Bar[]): Markup {
  const { width, left, right, above } = layout;
  const [row, top] = [34 + above, 8];
  const most = Math.max(...bars.map(({ value, high }) => Math.max(value, high ?? 0)), 0.001);
  const x = (value: number) => px(left + (value / most) * (width - left - right));
  const height = top + bars.length * row + 6;
  const rows = bars.map(({ name, value, low, high, label, best }, index) => {
    const y = top + index * row;
    const middle = y + (row + above) / 2;
    const end = Math.max(x(value), high === undefined ? 0 : x(high));
    const whisker =
      low === undefined || high === undefined
        ? emptyMarkup
        : html`<path class="whisker" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 5}v10M${x(high)} ${middle - 5}v10"/>`;
    return html`<g>${rowName(name, y, middle, layout)}
<rect class="${best ? 'bar best' : 'bar'}" x="${left}" y="${y + above + 6}" width="${px(Math.max(1, x(value) - left))}" height="${row - above - 12}" rx="3"/>${whisker}
<text class="value" x="${px(end + 10)}" y="${middle}">${label}</text></g>`;
  });
  const description = bars.map(({ name, label }) => `${name}: ${label}`).join('; ');
  return chart(layout, id, title, description, height, html`${rows}`);
}

/** Texts per second by batch size, a line for each number of requests at once. */
export function sizeChart(id: string, title: string, settings: readonly SettingReport[]): Markup {
  return inAll(id, (layout, own) => sizesIn(layout, own, title, settings));
}

function sizesIn(layout: Layout, id: string, title: string, settings: readonly SettingReport[]): Markup {
  const { width } = layout;
  const fixed = settings.filter(({ kind }) => kind === 'individual' || kind === 'batched');
  const [left, right] = layout.name === 'wide' ? [64, 110] : [46, 76];
  const [top, bottom, height] = [14, 46, 330];
  const sizes = [...new Set(fixed.map(({ batchSize }) => batchSize ?? 0))].sort((a, b) => a - b);
  const concurrencies = [...new Set(fixed.map(({ concurrency }) => concurrency ?? 0))].sort((a, b) => a - b);
  const marks = ticks(Math.max(...fixed.map(({ textsPerSecond }) => textsPerSecond ?? 0)));
  const most = marks.at(-1)!;
  const x = (size: number) =>
    px(left + (sizes.indexOf(size) / Math.max(1, sizes.length - 1)) * (width - left - right));
  const y = (value: number) => px(height - bottom - (value / most) * (height - top - bottom));
  const lines = concurrencies.map((concurrency, index) => {
    const own = fixed
      .filter((one) => one.concurrency === concurrency)
      .sort((a, b) => (a.batchSize ?? 0) - (b.batchSize ?? 0));
    const points = own.flatMap(({ batchSize, textsPerSecond, status }) =>
      textsPerSecond === null || status === 'failed' ? [] : [{ batchSize: batchSize ?? 0, textsPerSecond }],
    );
    const failed = own.filter(({ status }) => status === 'failed');
    return { concurrency, colour: `s${index % 4}`, points, failed };
  });
  const drawn = lines.filter(({ points }) => points.length > 0);
  const places = apart(
    drawn.map(({ points }) => y(points.at(-1)!.textsPerSecond)),
    17,
  );
  const grid = marks.map(
    (mark) =>
      html`<path class="grid" d="M${left} ${y(mark)}H${width - right}"/><text class="tick" x="${left - 10}" y="${y(mark)}" text-anchor="end">${mark.toLocaleString('en-US')}</text>`,
  );
  const labels = sizes.map(
    (size) =>
      html`<text class="tick" x="${x(size)}" y="${height - bottom + 18}" text-anchor="middle">${size}</text>`,
  );
  const paths = drawn.map(({ colour, points, concurrency }, index) => {
    const path = points.map(
      (one, at) => `${at === 0 ? 'M' : 'L'}${x(one.batchSize)} ${y(one.textsPerSecond)}`,
    );
    const dots = points.map(
      (one) =>
        html`<circle class="dot ${colour}" cx="${x(one.batchSize)}" cy="${y(one.textsPerSecond)}" r="4"><title>${one.batchSize} × ${concurrency}: ${speedOf(one.textsPerSecond)} texts/s</title></circle>`,
    );
    const last = points.at(-1)!;
    const name = concurrency === 1 ? '1 request' : `${concurrency} at once`;
    return html`<path class="line ${colour}" d="${path.join('')}"/>${dots}<text class="name ${colour}" x="${px(x(last.batchSize) + 12)}" y="${px(places[index]!)}">${name}</text>`;
  });
  const crosses = lines.flatMap(({ failed, colour, concurrency }) =>
    failed.map(
      ({ batchSize }) =>
        html`<path class="failed ${colour}" d="M${x(batchSize ?? 0) - 5} ${y(0) - 11}l10 10m0 -10l-10 10"><title>${batchSize ?? 0} × ${concurrency}: failed</title></path>`,
    ),
  );
  const axis = html`<text class="tick" x="${px((left + width - right) / 2)}" y="${height - 8}" text-anchor="middle">texts of a request</text>`;
  const description = `Texts per second for requests of ${sizes.join(', ')} texts, with ${concurrencies.join(', ')} requests at once; the table holds the numbers.`;
  return chart(layout, id, title, description, height, html`${grid}${labels}${axis}${paths}${crosses}`);
}

/** How long a request takes: a line from the median to the 99th percentile. */
export function latencyChart(id: string, title: string, settings: readonly SettingReport[]): Markup {
  return inAll(id, (layout, own) => latenciesIn(layout, own, title, settings));
}

function latenciesIn(layout: Layout, id: string, title: string, settings: readonly SettingReport[]): Markup {
  const { width, right, above } = layout;
  const shown = settings.flatMap((one) => (one.latencyMs ? [{ one, ...one.latencyMs }] : []));
  // Room for half of the first tick.
  const left = Math.max(layout.left, 12);
  const [row, bottom] = [30 + above, 50];
  const marks = ticks(Math.max(...shown.map(({ p99 }) => p99), 0.001));
  const x = (ms: number) => px(left + (ms / marks.at(-1)!) * (width - left - right));
  const height = shown.length * row + bottom;
  const grid = marks.map(
    (mark) =>
      html`<path class="grid" d="M${x(mark)} 0V${height - bottom + 4}"/><text class="tick" x="${x(mark)}" y="${height - bottom + 18}" text-anchor="middle">${mark.toLocaleString('en-US')}</text>`,
  );
  const rows = shown.map(({ one, p50, p95, p99 }, index) => {
    const y = index * row + (row + above) / 2;
    return html`${rowName(settingName(one), index * row, y, layout)}
<path class="range" d="M${x(p50)} ${y}H${x(p99)}"/><circle class="median" cx="${x(p50)}" cy="${y}" r="5"/><circle class="upper" cx="${x(p95)}" cy="${y}" r="4"/><circle class="upper" cx="${x(p99)}" cy="${y}" r="4"/>
<text class="value" x="${px(x(p99) + 12)}" y="${y}">${speedOf(p50)} – ${speedOf(p99)}</text>`;
  });
  const axis = html`<text class="tick" x="${px((left + width - right) / 2)}" y="${height - 10}" text-anchor="middle">ms a request: median ●, 95 % and 99 % ○</text>`;
  const description = shown
    .map(
      ({ one, p50, p95, p99 }) =>
        `${settingName(one)}: half within ${speedOf(p50)} ms, 95 % within ${speedOf(p95)}, 99 % within ${speedOf(p99)}`,
    )
    .join('; ');
  return chart(layout, id, title, description, height, html`${grid}${rows}${axis}`);
}

function chart(
  { name, width }: Layout,
  id: string,
  title: string,
  description: string,
  height: number,
  content: Markup,
): Markup {
  return html`<div class="chart ${name}"><svg viewBox="0 0 ${width} ${px(height)}" role="img" aria-labelledby="${id}-title ${id}-text"><title id="${id}-title">${title}</title><desc id="${id}-text">${description}</desc>${content}</svg></div>`;
}
