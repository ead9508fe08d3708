// The trace of a client goes on to the server with its texts, and is in the log.
import { describe, expect, test } from 'vitest';
import { traceIdOf, traceOf } from '../../src/gateway/http/trace.js';
import type { RequestLine } from '../../src/gateway/options.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { startOpenAi } from '../helpers/openai.js';
import { stopAfterTest } from '../helpers/running.js';
import { gateway, ollama, post, queued } from './gateways.js';

const parent = (id: string) => `00-${id.repeat(16)}-${'cd'.repeat(8)}-01`;

async function started() {
  const server = await ollama();
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url], concurrency: 1 },
    { events: { answered: (line) => lines.push(line) } },
  );
  const embed = (input: string | string[], headers: Record<string, string> = {}) =>
    post(`${url}/api/embed`, { model: 'all-minilm', input }, headers);
  await embed('first');
  const tracesOf = (text: string) =>
    server.requests
      .filter(({ body }) => Array.isArray(body.input) && body.input.includes(text))
      .map(({ headers: { traceparent, tracestate } }) => ({ traceparent, tracestate }));
  return { server, url, lines, embed, tracesOf };
}

test('a request of one trace has the headers that came', async () => {
  const { lines, embed, tracesOf } = await started();
  const headers = { traceparent: parent('ab'), tracestate: 'vendor=1,other=2' };
  await embed(['one', 'two'], headers);
  expect(tracesOf('one')).toEqual([headers]);
  expect(lines.at(-1)).toMatchObject({ trace: 'ab'.repeat(16) });
  await embed('three');
  expect(tracesOf('three')).toEqual([{}]);
});

test('a batch of several has none: the work for others isn’t a part of a trace', async () => {
  const { server, url, embed, tracesOf } = await started();
  const go = hold(server);
  const before = embed('held');
  await eventually(() => server.stats.inFlight).toBe(1);
  const work = [
    embed('one', { traceparent: parent('ab') }),
    embed('two', { traceparent: parent('ef') }),
    // One text that two ask for.
    embed('one', { traceparent: parent('ef') }),
  ];
  await eventually(() => queued(url)).toBe(2);
  go();
  await Promise.all([before, ...work]);
  expect([tracesOf('one'), tracesOf('two')]).toEqual([[{}], [{}]]);
});

test('an OpenAI-compatible server gets it as well', async () => {
  const server = await startOpenAi();
  stopAfterTest(server);
  const { url } = await gateway({ embedder: 'openai', url: [server.url] });
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
  const traceparent = parent('ab');
  const body = { model: data[0]!.id, input: 'a text of its own' };
  expect((await post(`${url}/v1/embeddings`, body, { traceparent })).status).toBe(200);
  expect(server.requests.some(({ headers }) => headers.traceparent === traceparent)).toBe(true);
});

describe('a header', () => {
  const [trace, span] = ['ab'.repeat(16), 'cd'.repeat(8)];
  test.each([
    `00-${trace}-${span}-01`,
    `00-${trace}-${span}-00`,
    `cc-${trace}-${span}-01`,
    `cc-${trace}-${span}-01-what-comes`,
  ])('%s is taken', (traceparent) => {
    expect(traceIdOf(traceOf({ traceparent, tracestate: 'a=1' })!)).toBe(trace);
  });

  test.each([
    `ff-${trace}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01, 00-${trace}-${span}-01`,
    `00-${trace}-${span}`,
    'undefined',
    '',
  ])('%s is none, and its state neither', (traceparent) => {
    expect(traceOf({ traceparent, tracestate: 'a=1' })).toBeUndefined();
  });

  test('a state that is too long is left out', () => {
    const traceparent = `00-${trace}-${span}-01`;
    expect(traceOf({ traceparent, tracestate: `a=${'1'.repeat(511)}` })).toEqual({ traceparent });
  });
});
