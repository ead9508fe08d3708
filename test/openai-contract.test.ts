// The scripted server of OpenAI's API is held to the recordings of real ones: whatever was asked of them is asked of it,
// and status, content type, fields and error text must agree.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Exchange, exchangesOf, type Recorded } from './helpers/openai/contract.js';
import { startOpenAi, type TestOpenAi } from './helpers/openai.js';

/** Without what differs by the tokenizer, by the time, or by the length of a recording that was shortened. */
function shapeOf(value: unknown, key = ''): unknown {
  if (key === 'created') return '<a time>';
  if (key === 'prompt_tokens' || key === 'total_tokens') return '<a count>';
  if (key === 'embedding') {
    if (Array.isArray(value)) return `<${value.length} numbers>`;
    return String(value)
      .replace(/^<(\d+ numbers).*>$/, '<$1>')
      .replace(/^<(base64), (\d+) .*>$/, '$2 characters');
  }
  if (key === 'tokens' && Array.isArray(value)) return '<tokens>';
  if (Array.isArray(value)) {
    return value.filter((one) => typeof one !== 'string' || !one.startsWith('…')).map((one) => shapeOf(one));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one, name)]));
}

const withLength = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body, (key, value) =>
      key === 'embedding' && typeof value === 'string' && !value.startsWith('<')
        ? `${value.length} characters`
        : value,
    ),
  );

/** The recording holds one model more, and shortened requests. */
const askedOf = ({ id, request }: Exchange): unknown => {
  const body = request.body as { input?: unknown } | null;
  if (id === 'order') return { ...body, input: ['a', 'b', 'c', 'd', 'e'] };
  if (id.startsWith('too-long')) {
    const long = 'word '.repeat(900).trim();
    return { ...body, input: id === 'too-long' ? long : ['one', long] };
  }
  return body;
};

describe.each(['llama-server', 'ollama'] as const)('the scripted server as %s', (kind: Recorded) => {
  let server: TestOpenAi;
  beforeAll(async () => {
    server = await startOpenAi({ kind });
  });
  afterAll(() => server.stop());

  test.each(exchangesOf(kind))('$id', async (exchange) => {
    const { id, request, response } = exchange;
    const body = askedOf(exchange);
    const answered = await fetch(server.root + request.path, {
      method: request.method,
      ...(body !== null && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answered.text();
    expect(answered.status).toBe(response.status);
    expect(answered.headers.get('content-type')).toBe(response.content_type);
    if (typeof response.body === 'string') return expect(text).toBe(response.body);
    const shape = shapeOf(withLength(JSON.parse(text))) as { data?: unknown[] };
    const recorded = shapeOf(response.body) as { data?: unknown[] };
    if (id === 'order') shape.data!.length = recorded.data!.length;
    if (id === 'models' && kind === 'ollama') recorded.data!.shift();
    expect(shape).toEqual(recorded);
  });
});
