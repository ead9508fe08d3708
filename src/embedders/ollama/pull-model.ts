// Has the server pull a model, as `ollama pull` does. Errors come as lines of a 200.

import { EmbedderFault, ServiceError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { parseForeign } from '../../text/foreign-json.js';
import { isObject } from '../../text/plain-json.js';
import { type Access, OllamaClient } from './client.js';

/** A download without progress for this long has failed, in ms. */
const idleTimeoutMs = 120_000;

/** Max characters of a line, and max layers of a model. */
const longestLine = 1024 * 1024;
const mostLayers = 1000;

export interface PullOptions extends Access {
  /** Told of its progress. */
  events: RunEvents;
  signal?: AbortSignal | undefined;
}

interface Line {
  status?: string;
  error?: string;
  digest?: string;
  total?: number;
  completed?: number;
}

/**
 * Pulls a model. Resolves when the server has the whole model.
 * @throws {ServiceError} when the server can't get the model
 * @throws the signal's reason when it is aborted
 */
export async function pullModel(
  url: URL,
  model: string,
  { events, signal, ...access }: PullOptions,
): Promise<void> {
  const client = new OllamaClient({ url, ...access });
  const layers = new Map<string, { completed: number; total: number }>();
  let last = '';
  const onLine = (line: Line): void => {
    if (line.error !== undefined) throw failed(client, model, line.error);
    last = line.status ?? last;
    if (line.digest !== undefined) {
      if (layers.size >= mostLayers && !layers.has(line.digest)) {
        throw failed(client, model, `it names more than ${mostLayers} layers`);
      }
      layers.set(line.digest, { completed: line.completed ?? 0, total: line.total ?? 0 });
    }
    let completed = 0;
    let total = 0;
    for (const layer of layers.values()) {
      completed += layer.completed;
      total += layer.total;
    }
    events.pulling(last, completed, total);
  };
  const lines = new LineReader((text) => onLine(parsed(text)));
  try {
    const options = { timeoutMs: idleTimeoutMs, signal };
    await client.parts('/api/pull', { model, stream: true }, options, (part) => lines.add(part));
    lines.end();
  } catch (error) {
    if (error instanceof EmbedderFault) throw failed(client, model, error.message, error);
    throw error;
  } finally {
    await client.close();
  }
  if (last !== 'success') throw failed(client, model, `it ended with "${last}"`);
}

/** Splits a stream into lines, without the blank ones. */
class LineReader {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(part: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(part, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) throw new EmbedderFault('bad-answer', 'a line without an end');
    for (const line of lines) if (line.trim() !== '') this.#onLine(line);
  }

  end(): void {
    if (this.#rest.trim() !== '') this.#onLine(this.#rest);
  }
}

function parsed(text: string): Line {
  let line: unknown;
  try {
    line = parseForeign(text);
  } catch (cause) {
    throw new EmbedderFault('bad-answer', `a line that is not JSON: ${text.slice(0, 80)}`, { cause });
  }
  if (isObject(line) && Object.entries(line).every(isField)) return line as Line;
  throw new EmbedderFault('bad-answer', `an unknown line: ${text.slice(0, 80)}`);
}

/** True when a field has the right type, or is one that we don't read. */
function isField([name, value]: [string, unknown]): boolean {
  if (name === 'total' || name === 'completed') return Number.isFinite(value);
  return !['status', 'error', 'digest'].includes(name) || typeof value === 'string';
}

function failed(client: OllamaClient, model: string, why: string, cause?: unknown): ServiceError {
  return new ServiceError(
    `Ollama at ${client.where} can't pull "${model}" (${why}): check the name and the server's network.`,
    { cause },
  );
}
