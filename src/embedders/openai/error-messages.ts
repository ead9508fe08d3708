// What the errors of OpenAI-compatible servers mean. Statuses say little here, too: llama.cpp answers a text that is too
// long with a 500, and OpenAI a bill that isn't paid with a 429. Each row names where its wording was seen.
import { type AnswerMeaning, type FaultRow, ServerFaults } from '../server-faults.js';

/** The first row that matches is used. "Recorded" cases are in test/contract. */
export const faultTable: readonly FaultRow[] = [
  {
    message: /is too large to process|exceeds the available context size/i,
    meaning: 'too-long',
    source:
      'recorded: too-long, too-long-in-list of llama.cpp b10488; github.com/ggml-org/llama.cpp/issues/12295',
  },
  {
    message: /maximum (context|input|model) length|context[ _]length|is too long to fit/i,
    meaning: 'too-long',
    source:
      'OpenAI and vLLM (400): "This model\'s maximum context length is …"; vLLM: github.com/vllm-project/vllm/issues/12165; Ollama: "input length exceeds the context length"',
  },
  {
    message: /must have less than \d+ tokens/i,
    meaning: 'too-long',
    source:
      'TEI (413, in front of it 422): core/src/tokenization.rs of huggingface/text-embeddings-inference',
  },
  {
    message: /batch size \d+ > maximum allowed batch size/i,
    meaning: 'too-long',
    source: 'TEI (413): router/src/http/server.rs; fewer texts at a time are taken, so the batch is halved',
  },
  { status: [413], meaning: 'too-long', source: 'RFC 9110: a proxy that takes no bodies of this size' },
  {
    message: /does not know the script of this text/,
    meaning: 'unknown-script',
    source: 'our own gateway in front of a model whose vocabulary is known: guard/unknown-script.ts',
  },
  {
    message: /exceeded your current quota|billing|insufficient_quota/i,
    meaning: 'refused',
    source:
      'list of error codes of OpenAI (429): "You exceeded your current quota, please check your plan and billing details"',
  },
  {
    message: /^(the )?model .*(not found|does not exist|not loaded)/i,
    meaning: 'missing-model',
    source:
      'recorded: unknown-model of Ollama 0.32.15; OpenAI and vLLM (404): "The model `…` does not exist"',
  },
  {
    message: /does not support embeddings|pooling type .* is not OAI compatible/i,
    meaning: 'refused',
    source:
      'llama.cpp: tools/server, a server that was started without --embedding (501), or with --pooling none (400)',
  },
  { status: [401, 403, 407], meaning: 'refused', source: 'RFC 9110: wrong or missing credentials' },
  {
    status: [404, 405, 501],
    meaning: 'refused',
    source:
      'recorded: unknown-path, get of llama.cpp b10488 and Ollama 0.32.15: the address has no such route',
  },
  { status: [408, 504], meaning: 'timeout', source: 'RFC 9110: a proxy gave up waiting' },
  {
    status: [429, 503],
    meaning: 'busy',
    source: 'RFC 6585; TEI: "Model is overloaded"; llama.cpp: "Loading model"',
  },
  { status: [502], meaning: 'unreachable', source: 'RFC 9110: a proxy without a server behind it' },
  {
    status: [400, 422, 424, 500],
    meaning: 'bad-input',
    source: 'anything else, HTML pages too: a text may be the cause; bisecting and a canary decide',
  },
];

const advice: Record<AnswerMeaning, string> = {
  'too-long': 'send shorter chunks (--chunk-size)',
  'unknown-script': 'use a multilingual model, such as bge-m3',
  'bad-input': "read the server's log",
  'bad-answer': 'update it, or check the proxy in between',
  busy: 'try again later, or send fewer requests at a time (--concurrency)',
  timeout: 'allow more time (--batch-timeout), or send smaller batches (--batch-size)',
  unreachable: 'start it, or name its address (--url, OPENAI_BASE_URL)',
  'missing-model': 'name a model that it has (--model)',
  refused: 'check the address (most servers want /v1 at its end), the model, and OPENAI_API_KEY',
};

export const openAiFaults = new ServerFaults({
  who: 'The server',
  doubt: 'is that an OpenAI-compatible server?',
  table: faultTable,
  advice,
});
