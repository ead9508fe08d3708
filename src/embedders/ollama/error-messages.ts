// What Ollama's errors mean. Its statuses say little: a runner that died is a 400, a full queue used to be a 500.
// So one table looks at the message first. Each row names where its wording was seen.
import { EmbedderFault, type FaultMeaning } from '../../errors.js';

/** The meanings that an answer of a server can have. The others come from our own checks. */
type AnswerMeaning = Exclude<FaultMeaning, 'resting' | 'unconfirmed' | 'changed' | 'unknown-script'>;

interface Row {
  /** Matched against the `error` message, or the whole body when there is none. */
  message?: RegExp;
  status?: readonly number[];
  meaning: AnswerMeaning;
  source: string;
}

/** The first row that matches is used. "Recorded" cases are in test/contract. */
export const faultTable: readonly Row[] = [
  {
    message: /input length exceeds (the|maximum) context length/i,
    meaning: 'too-long',
    source:
      'recorded: embed_too_long_truncate_false 0.24.0, 0.32.15; before: github.com/n8n-io/n8n/issues/11144',
  },
  {
    message: /exceeds maximum context length|exceeds the available context size/i,
    meaning: 'too-long',
    source:
      'github.com/ollama/ollama server/routes.go EmbedHandler; llama-server: github.com/oobabooga/textgen/issues/7257',
  },
  {
    message: /input is too large to process/i,
    meaning: 'too-long',
    source: 'llama-server: github.com/ggml-org/llama.cpp/issues/12295',
  },
  { status: [413], meaning: 'too-long', source: 'RFC 9110: a proxy that takes no bodies of this size' },
  {
    message: /^model .*not found/i,
    meaning: 'missing-model',
    source: 'recorded: embed_unknown_model, embed_no_model, show_unknown_model 0.24.0, 0.32.15',
  },
  {
    message: /does not support embed/i,
    meaning: 'refused',
    source: 'github.com/ollama/ollama/issues/9739, /12757',
  },
  {
    message: /^(invalid model name|invalid input type|missing request body|time: invalid duration)/,
    meaning: 'refused',
    source:
      'recorded: embed_invalid_model_name, embed_wrong_input_type, embed_empty_body, embed_keep_alive_bad 0.24.0, 0.32.15',
  },
  {
    message: /^unexpected EOF$/,
    meaning: 'unreachable',
    source: 'recorded: embed_malformed_json 0.24.0, 0.32.15; we send whole bodies, so it was cut on the way',
  },
  {
    message: /server busy|pending requests|no slots available|overloaded/i,
    meaning: 'busy',
    source: 'github.com/ollama/ollama/pull/4144 (503), /issues/4124 and /4159 (500), /issues/15934',
  },
  {
    message: /requires more system memory/i,
    meaning: 'busy',
    source:
      'github.com/continuedev/continue/issues/11478, github.com/ollama/ollama/issues/13556: other requests may free it',
  },
  {
    message: /timed out waiting for .{0,200}runner/i,
    meaning: 'timeout',
    source: 'github.com/ollama/ollama/issues/8470: the model took too long to load',
  },
  {
    message: /unsupported value: NaN|NaN or Inf/i,
    meaning: 'bad-input',
    source: 'github.com/ollama/ollama/issues/9639 (500), server/routes.go normalize (400)',
  },
  {
    message:
      /do embedding request|runner.{0,200}(terminated|unexpectedly stopped)|generat\w{1,9} embedding|embedding generation/i,
    meaning: 'bad-input',
    source:
      'seen on 0.24.0 and 0.32.15 (400) when the runner is killed; github.com/ollama/ollama/issues/6094, /6946, /9644, /14093, /1130',
  },
  { status: [401, 403, 407], meaning: 'refused', source: 'RFC 9110: wrong or missing credentials' },
  {
    status: [404, 405],
    meaning: 'refused',
    source: 'recorded: unknown_path, embed_wrong_method 0.24.0, 0.32.15: something else listens here',
  },
  { status: [408, 504], meaning: 'timeout', source: 'RFC 9110: a proxy gave up waiting' },
  { status: [429, 503], meaning: 'busy', source: 'github.com/ollama/ollama/pull/4144; RFC 6585' },
  { status: [502], meaning: 'unreachable', source: 'RFC 9110: a proxy without a server behind it' },
  {
    status: [400, 500],
    meaning: 'bad-input',
    source: 'anything else, HTML pages too: a text may be the cause; bisecting and a canary decide',
  },
];

const advice: Record<AnswerMeaning, string> = {
  'too-long': 'send shorter chunks (--chunk-size)',
  'bad-input': "read the server's log",
  'bad-answer': 'update Ollama, or check the proxy in between',
  busy: 'try again later, or send fewer requests at a time (--concurrency)',
  timeout: 'allow more time (--batch-timeout), or send smaller batches (--batch-size)',
  unreachable: 'start it with "ollama serve", or name its address (OLLAMA_HOST, --ollama-url)',
  'missing-model': 'fetch it with "ollama pull", or use --pull',
  refused: 'check the address, the model and OLLAMA_API_KEY',
};

/**
 * The fault for an answer without vectors.
 * @param where the server, as the user named it
 * @param retryAfter the header, unparsed
 */
export function faultOfAnswer(
  where: string,
  status: number,
  body: string,
  retryAfter?: string,
): EmbedderFault {
  const said = messageOf(body);
  const row = faultTable.find(
    (one) => (one.status?.includes(status) ?? true) && (one.message?.test(said) ?? true),
  );
  const meaning = row?.meaning ?? (status === 200 ? 'bad-answer' : status >= 500 ? 'unreachable' : 'refused');
  const retryAfterMs = retryAfter === undefined ? undefined : msOf(retryAfter);
  const words = said.length > 200 ? `${said.slice(0, 200)}…` : said;
  return new EmbedderFault(meaning, `Ollama at ${where} answered ${status} (${words}): ${advice[meaning]}.`, {
    retryAfterMs,
  });
}

/** The `error` field of Ollama's own or its /v1 answers; else the body, as one line without markup. */
function messageOf(body: string): string {
  if (body.trimStart().startsWith('{')) {
    try {
      const { error } = JSON.parse(body) as { error?: string | { message?: string } };
      const message = typeof error === 'object' ? error?.message : error;
      if (typeof message === 'string') return message.trim();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return body
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Retry-After: seconds, or a date. */
function msOf(header: string): number | undefined {
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** What a failed connection means, by the codes of Node and undici. */
const connectionTable: { [code: string]: AnswerMeaning } = {
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  CERT_HAS_EXPIRED: 'refused',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'refused',
  SELF_SIGNED_CERT_IN_CHAIN: 'refused',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'refused',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'refused',
  ERR_TLS_CERT_ALTNAME_INVALID: 'refused',
};

/** The fault for a failed connection: `unreachable`, unless the table says otherwise. */
export function faultOfConnection(where: string, cause: unknown): EmbedderFault {
  const { code, message } = cause as { code?: string; message?: string };
  const parser = code?.startsWith('HPE_') === true;
  const meaning = parser ? 'bad-answer' : (connectionTable[code ?? ''] ?? 'unreachable');
  const what =
    meaning === 'timeout'
      ? `gave no answer in time (${code})`
      : parser
        ? `doesn't speak HTTP (${code})`
        : `can't be reached (${code ?? message ?? String(cause)})`;
  return new EmbedderFault(meaning, `Ollama at ${where} ${what}: ${advice[meaning]}.`, { cause });
}

/** The fault for a request to a server that gives no answer to anything. */
export function faultOfSilence(where: string, ms: number): EmbedderFault {
  return new EmbedderFault(
    'timeout',
    `Ollama at ${where} hangs: no answer within ${inWords(ms)}, and none about its loaded models: restart it.`,
  );
}

/** The fault for a request that timed out. */
export function faultOfDeadline(where: string, ms: number): EmbedderFault {
  return new EmbedderFault(
    'timeout',
    `Ollama at ${where} gave no answer within ${inWords(ms)}: ${advice.timeout}.`,
  );
}

function inWords(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms)} ms`;
}
