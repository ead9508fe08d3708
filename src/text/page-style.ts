// The style of pages with results, and of their charts: one set of names for colours, with values for light and for dark.

export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1d1c1a; --muted: #63625d; --line: #e3e2dd;
  --bar: #8aa9c9; --best: #17735a; --whisker: #1d1c1a; --failed: #b3261e;
  --s0: #2767b0; --s1: #b4560c; --s2: #17735a; --s3: #8446ac;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141518; --card: #1c1e22; --ink: #ecebe8; --muted: #a5a4a0; --line: #34363c;
    --bar: #47617e; --best: #4cc39b; --whisker: #f4f3f0; --failed: #ff8a80;
    --s0: #6fb1f5; --s1: #f2a661; --s2: #4cc39b; --s3: #cba0ee;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 0 0 .75rem; }
p { margin: .25rem 0; }
.muted { color: var(--muted); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem; margin: 1rem 0; }
.answer { display: flex; gap: 1.5rem; align-items: center; flex-wrap: wrap; }
.answer .words { flex: 1 1 20rem; }
.figure { font-size: 3.2rem; font-weight: 650; line-height: 1; color: var(--best); }
.figure.none { color: var(--muted); font-size: 2rem; }
.failure { color: var(--failed); overflow-wrap: anywhere; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--page); border: 1px solid var(--line); border-radius: 5px; padding: .1em .35em; overflow-wrap: anywhere; }
.chart.narrow { display: none; }
svg { display: block; width: 100%; height: auto; font-size: 13px; }
svg text { fill: var(--ink); dominant-baseline: central; }
svg .tick { fill: var(--muted); font-size: 12px; }
svg .value { font-variant-numeric: tabular-nums; }
.bar { fill: var(--bar); } .bar.best { fill: var(--best); }
.whisker { stroke: var(--whisker); stroke-width: 1.5; fill: none; }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
.line.s1 { stroke-dasharray: 7 4; } .line.s2 { stroke-dasharray: 2 4; } .line.s3 { stroke-dasharray: 9 3 2 3; }
.line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); } .line.s3 { stroke: var(--s3); }
.dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); } .dot.s2 { fill: var(--s2); } .dot.s3 { fill: var(--s3); }
text.s0 { fill: var(--s0); } text.s1 { fill: var(--s1); } text.s2 { fill: var(--s2); } text.s3 { fill: var(--s3); }
.failed { stroke: var(--failed); stroke-width: 2; fill: none; }
.range { stroke: var(--bar); stroke-width: 3; }
.median { fill: var(--s0); } .upper { fill: var(--card); stroke: var(--s0); stroke-width: 2; }
.scroll { overflow-x: auto; margin-top: .75rem; }
table { border-collapse: collapse; width: 100%; font-size: .84rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: .4rem; }
th, td { padding: .32rem .4rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
thead th { color: var(--muted); }
th[scope="row"] { text-align: left; }
tr.best > *, td.best { font-weight: 650; color: var(--best); }
td.failure { color: var(--failed); }
footer { margin-top: 2rem; color: var(--muted); font-size: .88rem; }
@media (max-width: 36rem) {
  main { padding: 1.25rem .75rem 3rem; }
  .card { padding: .9rem .75rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
}
@page { margin: 12mm; }
@media print {
  :root { --page: #ffffff; --card: #ffffff; --ink: #1d1c1a; --muted: #63625d; --line: #d0cfca; }
  body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .card { break-inside: avoid; padding: .8rem; }
  .chart.wide { display: block; }
  .chart.narrow { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: .2rem .25rem; white-space: normal; }
  tr { break-inside: avoid; }
  /* Colours of a dark screen would be too bright on paper. */
  :root { --bar: #8aa9c9; --best: #17735a; --whisker: #1d1c1a; --failed: #b3261e; --s0: #2767b0; --s1: #b4560c; --s2: #17735a; --s3: #8446ac; }
}
`;
