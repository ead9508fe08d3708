// What can go wrong with a server, as data: a test scripts faults, the test server plays them.
import type { OllamaVersion } from './contract.js';
import type { TestModel } from './models.js';

/** What is different after a restart: of the server's models, and its version. */
export type Rebirth = Partial<TestModel> & { version?: OllamaVersion };

/** What the server does instead of answering well. */
export type FaultKind =
  | { kind: 'hang' }
  | { kind: 'hang-mid-body' }
  | { kind: 'reset' }
  | { kind: 'reset-mid-body' }
  | { kind: 'truncated-json' }
  | { kind: 'too-few' }
  | { kind: 'too-many' }
  | { kind: 'other-dimension' }
  | { kind: 'zero-vector' }
  /** Puts this text in place of one number of the last vector: `null`, `NaN`, `1e999`. */
  | { kind: 'value'; text: string }
  /** Gives the vectors of an answer to other texts, or others in their place; each is printed as JSON. */
  | { kind: 'vectors'; of: (vectors: readonly string[]) => string[] }
  /** Answers well, but only after this time. */
  | { kind: 'delay'; ms: number }
  /** Answers well, but only when the test says so. */
  | { kind: 'hold'; until: Promise<unknown> }
  /**
   * The model is replaced while all connections stay, before or after the one that was there answers this request; `new`
   * when the test says so. @default at once
   */
  | { kind: 'become'; as: Partial<TestModel>; answers: 'old' | 'new'; until?: Promise<unknown> }
  /** The whole server dies: for good, or for so many ms; then it may come back as another one. */
  | { kind: 'die'; backAfterMs?: number; as?: Rebirth }
  | { kind: 'answer'; status: number; body: string; contentType?: string; headers?: Record<string, string> };

export type Fault = FaultKind & {
  /** Requests to this path only. @default '/api/embed' */
  path?: string;
  /** Only requests with such texts. */
  when?: (texts: readonly string[]) => boolean;
  /** Lets this many matching requests pass first. @default 0 */
  after?: number;
  /** For how many requests. @default 1 */
  times?: number;
  /** What an `answer` waits first, in ms. @default 0 */
  afterMs?: number;
};

type Options = Pick<Fault, 'path' | 'when' | 'after' | 'times'>;

/** Every text gets the vector of the very first one. */
export function oneVector(): Fault {
  let first: string | undefined;
  const of = (vectors: readonly string[]) => {
    first ??= vectors[0]!;
    return vectors.map(() => first!);
  };
  return { kind: 'vectors', of, times: Number.POSITIVE_INFINITY };
}

/** Single texts are right, batches are not. */
export const wrongBatches = (of: (vectors: readonly string[]) => string[]): Fault => ({
  kind: 'vectors',
  of,
  when: (texts) => texts.length > 1,
  times: Number.POSITIVE_INFINITY,
});

function error(status: number, message: string, options: Options = {}): Fault {
  return { kind: 'answer', status, body: JSON.stringify({ error: message }), ...options };
}

/** A full scheduler queue: 503 without Retry-After. */
export const busy = (options?: Options): Fault =>
  error(503, 'server busy, please try again.  maximum pending requests exceeded', options);

/** A proxy in front that asks for a pause. */
export const tooManyRequests = (seconds: number, options?: Options): Fault => ({
  kind: 'answer',
  status: 429,
  body: '{"error":"slow down"}',
  headers: { 'Retry-After': String(seconds) },
  ...options,
});

export const htmlError = (options?: Options): Fault => ({
  kind: 'answer',
  status: 500,
  body: '<html><head><title>500 Internal Server Error</title></head><body>nginx</body></html>',
  contentType: 'text/html',
  ...options,
});

/** A vector with a NaN: 400 in newer servers, 500 in older ones. */
export const nan = (status: 400 | 500, options?: Options): Fault =>
  error(status, 'failed to encode response: json: unsupported value: NaN', options);

/** The model's process died in the middle of a batch. */
export const runnerDied = (options?: Options): Fault =>
  error(400, 'do embedding request: Post "http://127.0.0.1:36185/embedding": EOF', options);

/** Any text that holds `word` makes its whole batch fail, every time. */
export const poisoned = (word: string): Fault =>
  nan(400, { when: (texts) => texts.some((text) => text.includes(word)), times: Number.POSITIVE_INFINITY });
