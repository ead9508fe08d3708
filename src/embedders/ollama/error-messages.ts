// What Ollama's errors mean. Its statuses say little: a runner that died is a 400, a full queue used to be a 500.
// So one table looks at the message first. Each row names where its wording was seen.
import type { EmbedderFault } from '../../errors.js';
import { type AnswerMeaning, type FaultRow, ServerFaults } from '../server-faults.js';

/** The first row that matches is used. "Recorded" cases are in test/contract. */
export const faultTable: readonly FaultRow[] = [
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
    message: /does not know the script of this text/,
    meaning: 'unknown-script',
    source: 'our own gateway in front of a model whose vocabulary is known: guard/unknown-script.ts',
  },
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
    message: /HTTP request (was sent )?to (an )?HTTPS (server|port)/i,
    meaning: 'refused',
    advice: 'use https:// instead of http://',
    source: 'net/http of Go ("Client sent an HTTP request to an HTTPS server"), nginx (400, 497)',
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
  'unknown-script': 'use a multilingual model, such as bge-m3',
  'bad-input': "read the server's log",
  'bad-answer': 'update Ollama, or check the proxy in between',
  busy: 'try again later, or send fewer requests at a time (--concurrency)',
  timeout: 'allow more time (--batch-timeout), or send smaller batches (--batch-size)',
  unreachable: 'start it with "ollama serve", or name its address (OLLAMA_HOST, --ollama-url)',
  'missing-model': 'fetch it with "ollama pull", or use --pull',
  refused: 'check the address, the model and OLLAMA_API_KEY',
};

export const ollamaFaults = new ServerFaults({
  who: 'Ollama',
  doubt: 'is that an Ollama?',
  table: faultTable,
  advice,
});

/** The fault for a request to a server that gives no answer to anything. */
export function faultOfSilence(where: string, ms: number): EmbedderFault {
  return ollamaFaults.silence(where, ms, 'none about its loaded models');
}
