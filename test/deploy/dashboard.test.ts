// The Grafana dashboard: every expression is PromQL, of metrics and labels that a real gateway shows.
import { parser } from '@prometheus-io/lezer-promql';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../examples/gateway.js';
import { makeWorkspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { read } from './files.js';

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; legendFormat: string; refId: string }[];
}

const dashboard = JSON.parse(read('grafana/dashboard.json')) as {
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

/** Grafana's own variables, as Grafana fills them in. */
const filledIn = (expression: string) =>
  expression.replaceAll('$__rate_interval', '1m').replace(/\$(job|instance)/g, '.*');

/** Names of metrics and, for each, of the labels that are matched or grouped by. */
function namesIn(expression: string): { metrics: string[]; labels: string[]; errors: number } {
  const found = { metrics: [] as string[], labels: [] as string[], errors: 0 };
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.errors++;
      if (type.name === 'Identifier') found.metrics.push(expression.slice(from, to));
      if (type.name === 'LabelName') found.labels.push(expression.slice(from, to));
    },
  });
  return found;
}

test.each(expressions)('%s: %s', (_, expression) => {
  const { metrics, errors } = namesIn(filledIn(expression));
  expect(errors).toBe(0);
  expect(metrics.length).toBeGreaterThan(0);
});

test('a gateway shows every metric and label', async () => {
  const workspace = makeWorkspace();
  const ollama = await startOllama();
  const gateway = await startGateway(workspace, ['--ollama-url', ollama.url]);
  onTestFinished(async () => void (await gateway.stop()));
  const body = JSON.stringify({ model: 'all-minilm', input: ['one', 'two'] });
  expect((await fetch(`${gateway.url}/api/embed`, { method: 'POST', body })).status).toBe(200);
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  await gateway.stop();
  await ollama.stop();
  workspace.remove();

  const shown = new Set([...text.matchAll(/^(?:# TYPE )?(embed_\w+)/gm)].map(([, name]) => name!));
  // What Prometheus adds to all, what a counter by meaning has once something failed, and a refused model's.
  const labels = new Set(['job', 'instance', 'meaning', 'reason', 'le']);
  for (const [, name] of text.matchAll(/[{,](\w+)="/g)) labels.add(name!);
  const used = expressions.map(([, expression]) => namesIn(filledIn(expression)));
  expect([...new Set(used.flatMap((one) => one.metrics))].filter((name) => !shown.has(name))).toEqual([]);
  expect([...new Set(used.flatMap((one) => one.labels))].filter((name) => !labels.has(name))).toEqual([]);
  for (const { definition } of dashboard.templating.list) {
    if (definition) expect(shown).toContain(/\((\w+),/.exec(definition)![1]);
  }
});

test('panels have ids of their own, a description, and lie beside each other', () => {
  const { panels: all } = dashboard;
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { title, description } of panels) expect(description, title).toMatch(/\.$/);
  const cells = all.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...all.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
});
