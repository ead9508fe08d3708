// `embed serve`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags, rerankFlags } from './shared-flags.js';

export const serve = {
  name: 'serve',
  summary: 'a gateway in front of Ollama: batches, caches and shares what its clients ask for',
  alike: ['gateway', 'server', 'start', 'proxy', 'daemon', 'http'],
  flags: [
    'host',
    'port',
    'token',
    'tokens',
    'allowAnonymous',
    'origin',
    'alias',
    'in',
    'searchOnly',
    'maxMemory',
    ...rerankFlags,
    'maxBody',
    'maxTexts',
    'maxQueue',
    'maxModels',
    'deadline',
    'logLevel',
    'quiet',
    'config',
    ...embedderFlags,
    'queue',
    'queueName',
    ...proxyFlags,
    'batchSize',
    'concurrency',
    'cache',
    'redisUrl',
    'cacheTtl',
    'batchTimeout',
    'maxRetries',
    'waitForServer',
  ],
  about: `\
Clients of Ollama and of OpenAI work with it unchanged: what asks for vectors is batched and cached, all
else goes through to the Ollama behind it, the first that is up. Headers: x-embed-priority 0 (first) to 4,
x-embed-client names who asks, x-embed-cache is bypass or refresh. Web pages may use it where Ollama
would let them, others by --origin. SIGTERM ends it when all that is under way is answered.

  /api/embed /v1/embeddings     as Ollama's and OpenAI's
  /embedding                    ?text=…, or POST {"text"} or {"texts": […], "priority"}
  /health /ready /metrics       without a token: the first two; metrics as JSON with ?format=json
  /search /mcp /ui              with --in: questions as JSON, for agents, and a page with a search box
  /clear_cache                  POST, with a token only, as /reset_circuit_breaker`,
  examples: [
    { line: 'embed serve --ollama-url http://127.0.0.1:11434' },
    { line: 'OLLAMA_HOST=127.0.0.1:11444 my-application' },
    { line: 'EMBED_SERVE_TOKEN=… embed serve --host 0.0.0.0 --redis-url redis://cache:6379' },
    { line: 'embed serve --in ./embeddings', what: 'search it at http://127.0.0.1:11444/ui' },
    { line: 'embed serve --embedder builtin', what: 'without any Ollama' },
    { line: 'embed serve --embedder openai --url http://127.0.0.1:8080/v1', what: 'llama.cpp, TEI, vLLM …' },
  ],
  exits: {
    done: 'stopped by a signal, all that was under way answered',
    unexpected: true,
    usage: "wrong usage or configuration, or the address can't be used",
    service: "a named cache can't be used, or the servers give wrong vectors",
  },
} as const satisfies CommandDeclaration;
