// The flags that are no settings, each declared once, whichever commands take them: so one means the same in all.
import type { About } from '../../config/about.js';
import type { Rule } from '../../config/kinds/rule.js';
import { defaultTimeoutMs } from '../../doctor/check.js';
import { defaultLimits } from '../../gateway/options.js';
import { maxTimerMs } from '../../text/durations.js';

/** Whole days, for the message of a longer one. */
const longestTimer = Math.floor(maxTimerMs / 86_400_000) * 86_400_000;
const timer = { kind: 'duration', unit: 'ms', least: 1, most: longestTimer } as const;
const count = { kind: 'integer', least: 1 } as const;
const yes = { kind: 'boolean' } as const;

/** The key is the flag's long name in camelCase, as commander has it. */
export const ownFlags = {
  json: { ...yes, flag: '--json', help: 'the result as JSON on standard output' },
  quiet: { ...yes, flag: '-q, --quiet', help: 'print failures and errors alone' },
  news: {
    ...yes,
    flag: '--news',
    help: 'print nothing unless a document changed or newly failed; then all, as without it',
  },
  verbose: { ...yes, flag: '-v, --verbose', help: 'name every file that is left out or fails' },
  yes: { ...yes, flag: '-y, --yes', help: "don't ask" },

  config: {
    kind: 'path',
    flag: '--config <file>',
    help: 'configuration file to use instead of .batchrc of this folder, or of one above it',
  },
  choose: {
    kind: 'list',
    of: { kind: 'text' },
    least: 1,
    flag: '-c, --choose <name>',
    help: 'only this one of `sources`; repeatable',
  },
  shard: {
    kind: 'shard',
    flag: '--shard <k/n>',
    help: 'only documents of this part, such as 2/8, in DIR/shard-2-of-8; auto/8 asks JOB_COMPLETION_INDEX, auto an array job of Slurm',
  },
  limit: { ...count, flag: '--limit <n>', help: 'read at most n files' },
  maxTime: {
    ...timer,
    flag: '--max-time <time>',
    help: 'commit what is done after this time, e.g. 2h; the next run goes on',
  },
  watch: { ...yes, flag: '--watch', help: 'stay, and update whenever files have changed' },
  poll: {
    ...yes,
    flag: '--poll',
    help: 'with --watch: look at all files every few seconds, where no changes are told',
  },
  allowRemovals: {
    ...yes,
    flag: '--allow-removals',
    help: 'let more than half of the documents, or rows, go',
  },
  prune: {
    ...yes,
    flag: '--prune',
    help: 'drop what lies under paths that are not named here (standard input stays)',
  },
  rebuild: {
    ...yes,
    flag: '--rebuild',
    help: 'make the whole output or index again, e.g. for another model',
  },
  retryFailed: { ...yes, flag: '--retry-failed', help: 'try documents again whose failures are known' },
  pull: { ...yes, flag: '--pull', help: 'pull the model when the server lacks it' },
  wait: { ...yes, flag: '--wait', help: "wait for another run's lock" },
  dryRun: {
    ...yes,
    flag: '-n, --dry-run',
    help: 'say what would be done; write nothing, contact no embedder',
  },
  estimate: {
    ...yes,
    flag: '--estimate',
    help: 'with --dry-run: embed a few texts, and say how long it would take',
  },

  dropCached: { ...yes, flag: '--drop-cached', help: 'drop their vectors from the cache, too' },
  takeOver: { ...yes, flag: '--take-over', help: 'go on with an index that another output wrote last' },
  rowsPerRequest: {
    ...count,
    flag: '--rows-per-request <n>',
    decided: 'what suits the destination',
    help: 'rows that are sent together',
  },

  results: { ...count, flag: '-k, --results <n>', default: 5, help: 'results at most; a text counts once' },

  in: {
    kind: 'list',
    of: { kind: 'index' },
    least: 1,
    flag: '--in <index>',
    help: 'ask this output or destination of `embed sync`, [name=]folder or [name=]address; repeatable',
  },
  maxMemory: {
    kind: 'size',
    least: 0,
    flag: '--max-memory <size>',
    default: 1024 ** 3,
    help: 'of vectors of each output of --in; those of a larger one are read for each search',
  },
  allowIngest: {
    ...yes,
    flag: '--allow-ingest',
    help: 'let clients bring outputs up to date with their documents',
  },
  hybrid: { ...yes, flag: '--hybrid', help: 'by meaning and by words (BM25), in one order' },
  vectors: { ...yes, flag: '--vectors', help: 'by meaning alone: exact cosine' },
  words: {
    ...yes,
    flag: '--words',
    help: 'by words alone, without an embedder',
  },
  group: {
    kind: 'choice',
    choices: ['document'],
    flag: '--group <what>',
    help: 'document: the best chunk of each document alone',
  },
  around: {
    kind: 'integer',
    least: 0,
    most: 1000,
    flag: '--around <n>',
    help: 'so many chunks before and after, too',
  },
  whole: { ...yes, flag: '--whole', help: 'the whole document' },
  as: {
    kind: 'choice',
    choices: ['text', 'csv', 'md', 'files'],
    flag: '--as <form>',
    default: 'text',
    help: 'how results are printed: text, csv, md (Markdown), or files (their paths alone)',
  },
  questions: {
    kind: 'path',
    flag: '--questions <file>',
    help: 'ask all questions of this file in one go: a line of JSON each, {"question": "…"}',
  },
  against: {
    kind: 'index',
    flag: '--against <index>',
    help: 'ask this output or destination the same, and compare question by question',
  },
  minHit3: {
    kind: 'decimal',
    least: 0,
    most: 1,
    flag: '--min-hit3 <share>',
    help: 'fail when hit@3 is lower, e.g. 0.8',
  },
  draft: {
    ...count,
    flag: '--draft <n>',
    help: 'propose n questions from headings and first sentences instead',
  },
  rerank: {
    kind: 'address',
    flag: '--rerank <url>',
    help: 'have a server put the best results in order (/v1/rerank of llama.cpp, infinity, TEI)',
  },
  rerankModel: {
    kind: 'text',
    flag: '--rerank-model <name>',
    decided: "the server's own",
    help: 'its model',
  },
  rerankResults: {
    ...count,
    flag: '--rerank-results <n>',
    default: 50,
    help: 'results that it is sent at most',
  },
  source: {
    kind: 'list',
    of: { kind: 'glob' },
    least: 1,
    flag: '--source <glob>',
    help: 'only that folder, document or glob: a path from here, else a name of the index or its end from a folder on; repeatable',
  },
  where: {
    kind: 'list',
    of: { kind: 'pair' },
    least: 1,
    flag: '--where <condition>',
    help: 'only rows with this metadata, such as lang=en, page>=3 or "lang in en,de"; repeatable, all must fit',
  },
  minScore: {
    kind: 'decimal',
    least: -1,
    most: 1,
    flag: '--min-score <number>',
    help: 'only results whose cosine is so high',
  },

  failed: { ...yes, flag: '--failed', help: 'only what has no vectors, with the reason' },

  deep: { ...yes, flag: '--deep', help: 'check rows, hashes, ids and vectors against each other, too' },

  strict: { ...yes, flag: '--strict', help: 'fail on warnings and known failures, too' },
  fix: {
    ...yes,
    flag: '--fix',
    help: 'pull a missing model, remove a stale lock, prune the cache; then check again',
  },
  timeout: {
    ...timer,
    flag: '--timeout <time>',
    default: defaultTimeoutMs,
    help: 'for all checks together, e.g. 60s',
  },
  gateway: {
    kind: 'address',
    flag: '--gateway <url>',
    help: 'look at a running `embed serve` instead (its token: EMBED_SERVE_TOKEN)',
  },

  olderThan: {
    kind: 'duration',
    unit: 'ms',
    least: 1,
    flag: '--older-than <time>',
    help: 'what was written longer ago, e.g. 12h or 30d',
  },
  maxSize: {
    kind: 'size',
    least: 0,
    flag: '--max-size <size>',
    help: 'the oldest until so much is left, e.g. 500MB (1 MB = 1,000,000 bytes)',
  },
  dropModel: {
    kind: 'list',
    of: { kind: 'text' },
    least: 1,
    flag: '--drop-model <name>',
    help: 'what is of this model; repeatable',
  },
  keepModel: {
    kind: 'list',
    of: { kind: 'text' },
    least: 1,
    flag: '--keep-model <name>',
    help: 'what is of any model but this; repeatable',
  },
  unknown: { ...yes, flag: '--unknown', help: "what is of a model that isn't known any more" },

  host: { kind: 'text', flag: '--host <address>', default: '127.0.0.1', help: 'listen on this address' },
  port: {
    kind: 'integer',
    least: 0,
    most: 65_535,
    flag: '--port <n>',
    default: 11_444,
    help: 'listen on this port; 0 for a free one',
  },
  token: {
    kind: 'secret',
    flag: '--token <text>',
    env: 'EMBED_SERVE_TOKEN',
    help: 'clients must send it as a bearer token',
  },
  tokens: {
    kind: 'secret',
    flag: '--tokens <file>',
    env: 'EMBED_SERVE_TOKENS',
    help: 'JSON file of tokens by the names of who has them, or the JSON itself: {"wiki": "…"}',
  },
  alias: {
    kind: 'list',
    of: { kind: 'text' },
    flag: '--alias <name=model>',
    env: 'EMBED_SERVE_ALIASES',
    help: 'another name for a model; repeatable',
  },
  origin: {
    kind: 'list',
    of: { kind: 'text' },
    flag: '--origin <origin>',
    env: 'OLLAMA_ORIGINS',
    help: 'pages of this origin may use it, too, e.g. https://app.example; repeatable',
  },
  searchOnly: {
    ...yes,
    flag: '--search-only',
    help: 'answer nothing but searches of --in, and health and metrics',
  },
  allowAnonymous: { ...yes, flag: '--allow-anonymous', help: 'let other machines in without a token' },
  maxBody: {
    kind: 'size',
    least: 1,
    flag: '--max-body <size>',
    default: defaultLimits.maxBody,
    help: 'of a request for vectors',
  },
  maxTexts: {
    ...count,
    flag: '--max-texts <n>',
    decided: 'as many as fit into a body',
    help: 'texts of a request',
  },
  maxQueue: {
    ...count,
    flag: '--max-queue <n>',
    default: defaultLimits.maxQueue,
    help: 'texts of a model that may wait',
  },
  maxModels: {
    ...count,
    flag: '--max-models <n>',
    default: defaultLimits.maxModels,
    help: 'models that are kept open',
  },
  deadline: {
    ...timer,
    flag: '--deadline <time>',
    default: defaultLimits.deadlineMs,
    help: 'for a request for vectors without progress; on a slow server, three times what is to be expected',
  },
  logLevel: {
    kind: 'choice',
    // The names are those of gateway/http/logging.ts, which loads the logger.
    choices: ['silent', 'error', 'warn', 'info'],
    flag: '--log-level <level>',
    decided: 'info, on a terminal silent',
    help: 'JSON lines on standard output',
  },

  name: {
    kind: 'text',
    flag: '--name <name>',
    decided: 'host and process',
    help: 'what the worker is called where workers are listed',
  },
  metricsPort: {
    kind: 'integer',
    least: 0,
    most: 65_535,
    flag: '--metrics-port <n>',
    help: 'show /metrics (Prometheus) and /health on this port of --host; 0 for a free one',
  },

  quick: { ...yes, flag: '--quick', help: 'fewer settings and rounds, in less than 30 s' },
  timeLimit: {
    ...timer,
    flag: '--time-limit <time>',
    decided: '3m; 25s with --quick',
    help: 'at most, e.g. 90s or 10m',
  },
  rounds: {
    ...count,
    flag: '--rounds <n>',
    help: 'so many rounds of few texts each, not as many as the time allows',
  },
  seed: { ...count, flag: '--seed <n>', otherwise: 1, help: 'another order of measurements' },
  save: {
    ...yes,
    flag: '--save',
    help: 'write the recommended settings to the configuration file in use, else to ./.batchrc',
  },
  report: { kind: 'path', flag: '--report <file>', help: 'write a page with charts to this file' },
  baseline: {
    kind: 'path',
    flag: '--baseline <file>',
    help: 'compare with an earlier --json, and fail when a speed got lower',
  },
  maxRegression: {
    kind: 'percentage',
    flag: '--max-regression <percent>',
    default: 0.1,
    help: 'how much lower it may be, e.g. 5%',
  },
} as const satisfies Record<string, Rule & OwnFlag>;

/** What is told of one beside the rule for its values. */
interface OwnFlag extends Pick<About, 'env' | 'default' | 'otherwise' | 'decided' | 'help'> {
  flag: string;
}

export type OwnFlags = typeof ownFlags;
