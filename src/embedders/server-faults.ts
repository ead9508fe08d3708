// What the errors of servers mean, by a table for each kind of server: messages are looked at before statuses. Also the
// faults of connections, which are the same for all kinds.
import { EmbedderFault, type FaultMeaning } from '../errors.js';
import type { HttpProxy } from '../net/choose-proxy.js';
import { explainConnection, explainRedirect } from '../net/connection-fault.js';
import { wantsPassword } from '../net/tunnel.js';
import { withoutSecrets } from '../text/masked-address.js';

/** The meanings that an answer of a server can have. The others come from our own checks. */
export type AnswerMeaning = Exclude<FaultMeaning, 'resting' | 'unconfirmed' | 'changed'>;

export interface FaultRow {
  /** Matched against the message of the answer, or the whole body when there is none. */
  message?: RegExp;
  status?: readonly number[];
  meaning: AnswerMeaning;
  /** What to do, as the end of a sentence. @default that of the meaning */
  advice?: string;
  /** Where the wording was seen. */
  source: string;
}

/** How the servers of one kind fail. */
export interface FaultWords {
  /** The kind, as messages begin with it: `Ollama`. */
  who: string;
  /** `is that an Ollama?` */
  doubt: string;
  /** The first row that matches is used. */
  table: readonly FaultRow[];
  /** What to do, as the end of a sentence. */
  advice: Record<AnswerMeaning, string>;
}

/** Headers of an answer, as undici gives them. */
export type AnswerHeaders = { readonly [name: string]: string | string[] | undefined };

/** What more is known of an answer without vectors. */
export interface AnswerDetails {
  headers?: AnswerHeaders;
  /** Path of the request, behind the server's address. */
  path?: string;
  /** The proxy between us and the server, which may have answered in its place. */
  proxy?: HttpProxy | undefined;
  /** Left out of the message. */
  secrets?: readonly string[];
}

/** Makes the faults of one kind of server. `where` is always its address without credentials. */
export class ServerFaults {
  readonly #words: FaultWords;

  constructor(words: FaultWords) {
    this.#words = words;
  }

  /** The end of a sentence on an answer that such a server doesn't give. */
  get doubt(): string {
    return this.#words.doubt;
  }

  /** The server, as messages begin with it. */
  nameOf(where: string): string {
    return `${this.#words.who} at ${where}`;
  }

  /** The fault for an answer without vectors. */
  answer(where: string, status: number, body: string, known: AnswerDetails = {}): EmbedderFault {
    const { table, advice } = this.#words;
    const { headers = {}, path = '', proxy, secrets = [] } = known;
    const elsewhere = explainRedirect(status, [headers.location].flat()[0], path);
    if (elsewhere) {
      return new EmbedderFault('refused', `${this.nameOf(where)} ${elsewhere.what}: ${elsewhere.advice}.`);
    }
    if (status === 407 && proxy) {
      return new EmbedderFault(
        'refused',
        `${this.nameOf(where)} can't be reached: ${wantsPassword(proxy, headers['proxy-authenticate'])}.`,
      );
    }
    const said = messageOf(body);
    const row = table.find(
      (one) => (one.status?.includes(status) ?? true) && (one.message?.test(said) ?? true),
    );
    const meaning =
      row?.meaning ?? (status === 200 ? 'bad-answer' : status >= 500 ? 'unreachable' : 'refused');
    const shown = withoutSecrets(said, ...secrets);
    const words = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
    const todo = (row?.advice ?? advice[meaning]) + around(meaning, proxy);
    return new EmbedderFault(meaning, `${this.nameOf(where)} answered ${status} (${words}): ${todo}.`, {
      retryAfterMs: pauseAsked(headers),
    });
  }

  /** A 200 that can't be read. @param what the end of "gave" */
  badAnswer(where: string, what: string, cause?: unknown): EmbedderFault {
    const { advice } = this.#words;
    return new EmbedderFault('bad-answer', `${this.nameOf(where)} gave ${what}: ${advice['bad-answer']}.`, {
      cause,
    });
  }

  /** A failed connection. */
  connection(where: string, cause: unknown, proxy?: HttpProxy): EmbedderFault {
    const { meaning, what, advice } = explainConnection(cause);
    const todo = advice ?? this.#words.advice[meaning] + around(meaning, proxy);
    return new EmbedderFault(meaning, `${this.nameOf(where)} ${what}: ${todo}.`, { cause });
  }

  /** A request that timed out. */
  deadline(where: string, ms: number): EmbedderFault {
    const { advice } = this.#words;
    return new EmbedderFault(
      'timeout',
      `${this.nameOf(where)} gave no answer within ${inWords(ms)}: ${advice.timeout}.`,
    );
  }

  /** A request to a server that gives no answer to anything. @param none what else it didn't answer */
  silence(where: string, ms: number, none: string): EmbedderFault {
    return new EmbedderFault(
      'timeout',
      `${this.nameOf(where)} hangs: no answer within ${inWords(ms)}, and ${none}: restart it.`,
    );
  }
}

/** What more can be done where a proxy may be the cause: many know only servers of the internet. */
function around(meaning: AnswerMeaning, proxy: HttpProxy | undefined): string {
  const isSuspect = meaning === 'unreachable' || meaning === 'refused' || meaning === 'timeout';
  return proxy && isSuspect ? '; or ask it without the proxy (NO_PROXY, --no-proxy)' : '';
}

/**
 * The message of an answer: `error` as a text (Ollama, TEI) or with a `message` (OpenAI), or a `message` or `detail`
 * beside it; else the body, as one line without markup.
 */
function messageOf(body: string): string {
  if (body.trimStart().startsWith('{')) {
    try {
      const { error, message, detail } = JSON.parse(body) as { [key: string]: unknown };
      const inner = typeof error === 'object' ? (error as { message?: unknown } | null)?.message : error;
      const said = [inner, message, detail].find((one) => typeof one === 'string');
      if (said !== undefined) return (said as string).trim();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return body
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The pause that a server asks for, in ms: by Retry-After, or else until the limit that is used up begins anew. */
function pauseAsked(headers: AnswerHeaders): number | undefined {
  const said = (name: string) => [headers[name]].flat()[0];
  const precise = said('retry-after-ms');
  if (precise !== undefined && /^\d{1,9}(\.\d+)?$/.test(precise)) return Number(precise);
  const after = said('retry-after');
  if (after !== undefined) return msOf(after);
  const pauses = ['requests', 'tokens'].map((what) =>
    said(`x-ratelimit-remaining-${what}`) === '0'
      ? msOfDuration(said(`x-ratelimit-reset-${what}`))
      : undefined,
  );
  const known = pauses.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Retry-After: seconds, or a date. */
function msOf(header: string): number | undefined {
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const unitMs: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `6m0s`, `1.5s`, `120ms`; a number alone is seconds. */
function msOfDuration(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 32) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  return [...text.matchAll(/([\d.]+)(ms|[smhd])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * unitMs[unit!]!,
    0,
  );
}

function inWords(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms)} ms`;
}
