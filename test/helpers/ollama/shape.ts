// When an answer is as a recorded one: status, content type, body shape and error text agree.
import { expect } from 'vitest';
import type { RecordedCase } from './contract.js';

/** Keys and types; vectors by their length, errors by their words, lists by their entries. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((one) => typeof one === 'number')
      ? `${value.length} numbers`
      : value.map(shape);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, said.has(key) ? one : shape(one)]),
    );
  }
  return value === null ? 'null' : typeof value;
}

/** What a client may act on, and so must be the same to the letter. */
const said = new Set([
  'error',
  'message',
  'type',
  'status',
  'name',
  'digest',
  'capabilities',
  'object',
  'version',
]);

/** Asks what was asked of the real server, and holds the answer to the recorded one. */
export async function expectAsRecorded(url: string, { request, response }: RecordedCase): Promise<void> {
  const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
  const init = request.body === null ? {} : { body };
  const answer = await fetch(url + request.path, { method: request.method, ...init });
  const text = await answer.text();
  expect(answer.status).toBe(response.status);
  expect(answer.headers.get('content-type')).toBe(response.contentType);
  if (typeof response.body === 'string') expect(text).toBe(response.body);
  else expect(shape(JSON.parse(text))).toEqual(shape(response.body));
}
