// `/metrics` with names of models that would break its lines: read by a parser of the format's own rules.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { allMiniLm, type TestOllama } from '../helpers/ollama.js';
import { stopAfterTest } from '../helpers/running.js';
import { gateway, ollama, post } from './gateways.js';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/**
 * Reads the text format 0.0.4 character by character.
 * @throws on what it doesn't allow
 */
function parse(text: string): { samples: Sample[]; types: Map<string, string> } {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  if (!text.endsWith('\n')) throw new Error('no line end after the last line');
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type) {
      if (types.has(type[1]!)) throw new Error(`told twice: ${line}`);
      types.set(type[1]!, type[2]!);
    } else if (line !== '' && !/^# HELP [a-zA-Z_:][\w:]* /.test(line)) samples.push(sampleOf(line));
  }
  return { samples, types };
}

function sampleOf(line: string): Sample {
  let at = 0;
  const fail = () => new Error(`at ${at} of ${JSON.stringify(line)}`);
  const take = (pattern: RegExp) => {
    const found = new RegExp(pattern, 'y');
    found.lastIndex = at;
    const [text] = found.exec(line) ?? [];
    if (text === undefined) throw fail();
    at += text.length;
    return text;
  };
  const name = take(/[a-zA-Z_:][\w:]*/);
  const labels: Record<string, string> = {};
  if (line[at] === '{') {
    at++;
    while (line[at] !== '}') {
      const label = take(/[a-zA-Z_]\w*/);
      take(/="/);
      let value = '';
      while (line[at] !== '"') {
        if (line[at] === undefined) throw fail();
        const isEscape = line[at] === '\\';
        const escapes: Record<string, string> = { '\\': '\\', '"': '"', n: '\n' };
        const character = isEscape ? escapes[line[at + 1] ?? ''] : line[at];
        if (character === undefined) throw fail();
        value += character;
        at += isEscape ? 2 : 1;
      }
      at++;
      if (label in labels) throw fail();
      labels[label] = value;
      if (line[at] !== '}') take(/,/);
    }
    at++;
  }
  const value = take(/ (NaN|[+-]Inf|[+-]?[\d.]+(e[+-]?\d+)?)$/).trim();
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

/** A server that has all-minilm under names which no Ollama takes. @returns its address */
async function renaming(server: TestOllama, names: string[]): Promise<string> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    const body = await text(request);
    const fields = body === '' ? undefined : { ...JSON.parse(body), model: allMiniLm.name };
    const answer = await fetch(server.url + path, {
      method: request.method!,
      ...(fields && { body: JSON.stringify(fields) }),
    });
    let said = await answer.text();
    if (path === '/api/tags') {
      const [tag] = (JSON.parse(said) as { models: object[] }).models;
      said = JSON.stringify({ models: names.map((name) => ({ ...tag, name, model: name })) });
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(said);
  };
  // The gateway may still look at its servers while they stop.
  const front = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  stopAfterTest({
    stop: async () => {
      front.close();
      front.closeAllConnections();
    },
  });
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
}

/** A name, and how it is shown. */
const names: [string, string][] = [
  ['plain:latest', 'plain:latest'],
  ['a"b:latest', 'a"b:latest'],
  ['a\\b:latest', 'a\\b:latest'],
  ['a\\":latest', 'a\\":latest'],
  ['a"} 7\nembed_forged{x="y:latest', 'a"} 7\\nembed_forged{x="y:latest'],
  ['a{b="c"},d:latest', 'a{b="c"},d:latest'],
  ['\x1b[2J\x9b\u202e:latest', '\\u001b[2J\\u009b\\u202e:latest'],
  ['\r# TYPE x y:latest', '\\r# TYPE x y:latest'],
  ['日本語 🦜:latest', '日本語 🦜:latest'],
  ['__proto__:latest', '__proto__:latest'],
];

test('models of any name: each sample reads back, none is forged, none is there twice', async () => {
  const server = await renaming(
    await ollama(),
    names.map(([name]) => name),
  );
  const { url } = await gateway({ ollamaUrl: [server] }, { limits: { maxModels: names.length } });
  for (const [model] of names) {
    const { status } = await post(`${url}/api/embed`, { model, input: ['one', 'two'] });
    expect([model, status]).toEqual([model, 200]);
  }
  const { samples, types } = parse(await fetch(`${url}/metrics`).then((answer) => answer.text()));
  const texts = samples.filter(({ name }) => name === 'embed_texts_total');
  expect(texts.map(({ labels, value }) => [labels.model, value])).toEqual(
    names.map(([, shown]) => [shown, 2]),
  );
  for (const { name, labels } of samples) {
    expect(types.has(name.replace(/_(bucket|sum|count)$/, '')) || types.has(name)).toBe(true);
    if (labels.model !== undefined) expect(names.map(([, shown]) => shown)).toContain(labels.model);
  }
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  expect(new Set(keys).size).toBe(keys.length);
  const json = await fetch(`${url}/metrics?format=json`).then((answer) => answer.text());
  expect(Object.keys((JSON.parse(json) as { models: object }).models)).toEqual(names.map(([name]) => name));
  expect(json).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('a model that is refused, too', async () => {
  const [name, shown] = names[4]!;
  const [a, b] = [await ollama(), await ollama()];
  b.world.models[0]!.salt = 'other';
  const { url } = await gateway({ ollamaUrl: [await renaming(a, [name]), await renaming(b, [name])] });
  expect((await post(`${url}/api/embed`, { model: name, input: 'one' })).status).toBe(503);
  const { samples } = parse(await fetch(`${url}/metrics`).then((answer) => answer.text()));
  expect(samples.filter(({ name }) => /refused$|forged/.test(name))).toEqual([
    { name: 'embed_gateway_model_refused', labels: { model: shown, reason: 'unlike-servers' }, value: 1 },
  ]);
});
