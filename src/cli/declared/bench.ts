// `embed bench`, declared.
import type { CommandDeclaration } from './command.js';
import { settingFlags } from './settings-flags.js';

export const bench = {
  name: 'bench',
  summary: 'measure what batching gains on your server, model and documents, and say which settings to use',
  alike: ['benchmark', 'measure', 'tune', 'perf', 'speed'],
  arguments: [
    {
      name: 'paths',
      kind: 'path',
      isMany: true,
      help: 'files, folders and globs whose chunks are measured; none: texts of this package',
    },
  ],
  flags: [
    'quick',
    'timeLimit',
    'rounds',
    'save',
    'report',
    'baseline',
    'maxRegression',
    'json',
    // Formats of an output don't matter.
    'config',
    ...settingFlags('format', 'dtype', 'sync', 'index'),
    'pull',
    'seed',
    'quiet',
  ],
  apart: { model: 'many' },
  about: `\
Compares one text a request with batches of 1 to 64 texts, 1 to 4 requests at once, with the adaptive
setting and with a cold and a warm cache (one of its own, on disk). All are measured in every round, in random
order; some rounds choose the best setting, others say how good it is. Output and cache stay as they are.
A server that fails under a setting is a result, too. Several --ollama-url or --model are compared with each
other, each opened on its own. Of a queue, it is 1 request at once up to as many as the workers take.

Exits with 1 when --baseline shows that a speed fell by more than --max-regression (default: 10%), and by more
than the noise. Where a speed looks that much lower, but the rounds are too few or too unlike to tell, that is said.

A speed-up is told with its 95 % interval: within 10 % of 1 there is no difference, above 1 it is faster; else
nothing can be told yet: more rounds are measured until the time limit, and how long it would take is said.
A setting is recommended, and saved, where it is faster than what is done with nothing set.

The JSON: {"schema": 1, "verdict": "faster" | "slower" | "no-difference" | "cant-tell-yet",
"speedup": {"estimate", "low", "high"}, "recommended": {"batchSize", "concurrency", "reason"},
"again": {"seconds", "command"}, "targets": [{"settings": [{"id", "textsPerSecond", "latencyMs", "speedup",
"verdict", …}], "againstDefault", …}], …}. The speed-up is that of the best batched setting against one text
at a time; its bounds are null when there were too few rounds.`,
  examples: [
    { line: 'embed bench', what: 'with texts of this package' },
    { line: 'embed bench ./docs --report bench.html --save' },
    { line: 'embed bench ./docs --model bge-m3 --model nomic-embed-text' },
    { line: 'embed bench ./docs --quick --json > bench.json' },
    { line: 'embed bench ./docs --quick --baseline bench.json --max-regression 15%' },
  ],
  exits: {
    done: true,
    unexpected: 'a speed fell by more than --max-regression, or unexpected error',
    usage: true,
    service: true,
    stopped: true,
  },
} as const satisfies CommandDeclaration;
