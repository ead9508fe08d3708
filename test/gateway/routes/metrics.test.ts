// `/metrics` of a real gateway, whole: names, labels, help texts and values are what dashboards and alerts are built on.
import { expect, test } from 'vitest';
import { allMiniLm, faults } from '../../helpers/ollama.js';
import { gateway, ollama, post } from '../gateways.js';

/** Blanks out what is other in each run: addresses, times, and counts of quick and slow answers. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/^(embed_(?:start_time_seconds|endpoint_seconds_per_token)\S*) [\d.e+-]+$/gm, '$1 TIME')
    .replaceAll(/^(\w+_seconds_sum\S*) [\d.e+-]+$/gm, '$1 TIME')
    .replaceAll(/^(\w+_bucket\{le="[\d.]+"\S*) \d+$/gm, '$1 COUNT');
}

/** The format gives empty lines no meaning. */
const withoutEmptyLines = (text: string) => text.replaceAll(/\n\n+/g, '\n');

test('it is, line for line, what it always was', async () => {
  const models = ['a', 'b', 'wrong'].map((name) => ({ ...allMiniLm, name: `${name}:latest` }));
  const server = await ollama({ models });
  // Given, since the adaptive limits follow the time that answers take.
  const { url } = await gateway({ ollamaUrl: [server.url], batchSize: 32, concurrency: 2 });
  const embed = async (model: string, input: string | string[]) =>
    (await post(`${url}/api/embed`, { model, input })).status;
  const before = await fetch(`${url}/metrics`).then((answer) => answer.text());
  expect(await embed('a', ['one', 'two'])).toBe(200);
  expect(await embed('a', 'three')).toBe(200);
  expect(await embed('b', 'one')).toBe(200);
  expect(await embed('missing', 'one')).toBe(404);
  server.script(faults.oneVector());
  expect(await embed('wrong', 'one')).toBe(503);
  const after = await fetch(`${url}/metrics`).then((answer) => answer.text());
  const picture = `${withoutEmptyLines(before)}\n${withoutEmptyLines(after)}`;
  await expect(withoutTimes(picture)).toMatchFileSnapshot('metrics.txt');
});
