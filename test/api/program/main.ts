// A program that uses the whole public API, each name for what it is there for: first a queue with parts of its own,
// then an ingest with an Ollama, whose address is the only argument.
import { writeFileSync } from 'node:fs';
import {
  BatchConfig,
  type BatchOptions,
  BatchOrchestrator,
  type ByMeaning,
  type CacheStats,
  type CacheUse,
  type Comparison,
  type DocumentChange,
  type Durations,
  type Elsewhere,
  type EmbedTextsOptions,
  type EndpointMetrics,
  type Estimate,
  type EvaluatedQuestion,
  type EvaluateOptions,
  type EvaluateResult,
  type Evaluation,
  type EvalVerdict,
  evaluate,
  type ForgetOptions,
  type ForgetResult,
  type FoundText,
  forget,
  type GetOptions,
  type GetTextOptions,
  get,
  type Health,
  type IngestOptions,
  type IngestSummary,
  ingest,
  type Layer,
  type LeftOut,
  type LeftOutFiles,
  type LoadedSettings,
  type LoadOptions,
  loadSettings,
  type MeasureName,
  type MergedShard,
  type MergeOptions,
  type MergeResult,
  type Metrics,
  merge,
  type NamedSource,
  type NoticeCode,
  type OllamaConfig,
  type OrchestratorCache,
  type OrchestratorParts,
  type Origin,
  type OutputRow,
  type Passage,
  type PrefixKind,
  type Priority,
  performanceSummary,
  type Question,
  type QuestionOptions,
  type RedisSettings,
  type RerankOptions,
  type ResultShape,
  type RowMetadata,
  RunCounts,
  type RunEvents,
  type RunOptions,
  type RunResult,
  type SearchAllOptions,
  type SearchBy,
  type SearcherOptions,
  type SearchFilters,
  type SearchOptions,
  type SearchRanks,
  type SearchResult,
  type Settings,
  type Shard,
  type SkipRule,
  type StandardInput,
  type SyncedDestination,
  type SyncOptions,
  type SyncProgress,
  type SyncResult,
  search,
  searchAll,
  sync,
  type TextOutcome,
  type TimeEstimate,
  type TimeoutOptions,
  type TraceContext,
  type Unfinished,
  type UnusedPattern,
  type Vector,
  type VectorSpace,
  type Verification,
  type VerifyOptions,
  verify,
} from 'embed-ingest';
import { adviceOn, allAdvice, lineOf } from './advice.js';
import { MapCache } from './own-cache.js';
import { HashEmbedder } from './own-embedder.js';

const [server = 'http://127.0.0.1:11434'] = process.argv.slice(2);
const say = (what: string, value: unknown) => console.log(`${what}: ${value}`);

async function queue(): Promise<void> {
  const urgent: Priority = 0;
  const cacheUse: CacheUse = 'use';
  const trace: TraceContext = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const prefix: PrefixKind = 'document';
  const options: BatchOptions = { prefix, cacheMaxMemoryMb: 0, redisHost: 'cache.internal', cacheTtl: 60 };
  const config = new BatchConfig(options);
  const servers: OllamaConfig = config.toOllamaConfig();
  const redis: RedisSettings | undefined = config.toRedisConfig();
  say('configured', `${servers.urls.length} server, ${redis?.host} for ${redis?.ttlSeconds} s`);

  let sent = 0;
  const events: Partial<RunEvents> = { requestSent: (count) => (sent += count) };
  const parts: OrchestratorParts = { embedder: new HashEmbedder(), cache: new MapCache(), events };
  const patience: TimeoutOptions = { timeoutMs: 60_000 };
  await using orchestrator = await new BatchOrchestrator(config, parts).start();
  const space: VectorSpace = orchestrator.space;
  const how: EmbedTextsOptions = { priority: urgent, caller: 'main', cacheUse, trace };
  await orchestrator.embed(['a crowd at the harbour'], how).catch((error) => say('refused', adviceOn(error)));
  const [first] = await orchestrator.embed(['a crowd at the harbour'], how);
  const vector: Vector = first!;
  say('vector', `${vector.length} of ${space.dimensions}, length ${Math.hypot(...vector).toFixed(3)}`);

  const texts = ['a crowd at the harbour', 'poison', 'the mill'];
  const outcomes: TextOutcome[] = await orchestrator.processEmbeddingsBatch(texts, how);
  say('outcomes', outcomes.map(wordFor).join(', '));
  sent = 0;
  const id = await orchestrator.queueEmbeddingRequest('the key', how);
  say('by id', (await orchestrator.getEmbeddingResult(id, patience)).length);

  const cache: OrchestratorCache = orchestrator.cache;
  const { kind, entries, hits }: CacheStats = await cache.stats();
  say('cache', `${kind}, ${entries} entries, ${hits} hits`);
  const metrics: Metrics = orchestrator.getMetrics();
  const failures: ByMeaning = metrics.failures;
  const times: Durations = metrics.request_time_seconds;
  say('counted', `${metrics.texts} texts, ${times.count} requests timed, ${failures.busy} busy`);
  say('endpoints', metrics.endpoints.map(({ url, breaker }: EndpointMetrics) => `${url} ${breaker}`).join());
  say('sent', `${sent} text`);
  say('in words', performanceSummary(metrics).includes('texts'));
  const health: Health = await orchestrator.healthCheck(patience);
  say('health', `${health.status}, ${health.embedder?.model}`);
}

function wordFor(outcome: TextOutcome): string {
  if ('vector' in outcome) return outcome.cached ? 'cached' : 'new';
  return 'fault' in outcome ? outcome.fault.meaning : String(outcome.error);
}

async function* records(): StandardInput {
  yield Buffer.from('{"id":"key","text":"The key is under the mat."}\n');
  yield Buffer.from('{"id":"broken","text":"A second key.\n');
}

async function wholeRun(): Promise<void> {
  const where: LoadOptions = { flags: { out: './index', model: 'all-minilm', ollamaUrl: [server] }, env: {} };
  const loaded: LoadedSettings = await loadSettings(where);
  const settings: Settings = loaded.settings;
  const layer: Layer | undefined = loaded.layers.out;
  const origin: Origin | undefined = loaded.origins.out;
  say('out', `${settings.out} by ${layer} ${origin}`);

  const counts = new RunCounts();
  const codes: NoticeCode[] = [];
  const listener: Partial<RunEvents> = { notice: (_, code) => void codes.push(code) };
  const run: RunOptions = {
    ...{ paths: ['docs', '-'], settings, counts, stdin: records() },
    events: listener,
  };
  const { summary, failures }: RunResult = await ingest({ ...run, wait: true });
  const { documents }: IngestSummary = summary;
  say('ingested', `${documents.new} documents, ${counts.rowsWritten} rows`);
  say('failed', failures.map(lineOf).join());
  const leftOut: LeftOut = counts.leftOut;
  const kinds: LeftOutFiles[] = summary.leftOut;
  const unused: readonly UnusedPattern[] = summary.unused;
  say('unused patterns', unused.length);
  say('left out', `${leftOut.total} of ${kinds.length} kinds`);
  say('notices', codes.length);

  writeFileSync('notes.md', 'The mill is behind the harbour.');
  const notes: NamedSource = { name: 'notes', path: 'notes.md', include: [], exclude: [] };
  const named: Settings = { ...settings, sources: [notes] };
  const news: DocumentChange[] = [];
  let rule: SkipRule | undefined;
  const events: Partial<RunEvents> = {
    document: (change: DocumentChange) => news.push(change),
    ignored: (_, __, find) => (rule = find()),
  };
  const plan: IngestOptions = { choose: ['notes'], settings: named, dryRun: true, events };
  const planned = (await ingest(plan)).summary;
  const { elsewhere } = planned;
  const left: Unfinished | undefined = planned.unfinished;
  const rest: TimeEstimate | undefined = planned.estimate;
  say('time', `${left?.share} done, ${rest?.seconds} to go`);
  say('news', `${news.join()}, ignored by ${rule?.pattern}`);
  say('elsewhere', elsewhere.map(({ root, documents: n }: Elsewhere) => `${n} of ${root}`).join());

  const part: Shard = { index: 1, of: 1 };
  await ingest({ paths: ['docs'], settings: { ...settings, out: './parts' }, shard: part });
  const parts: MergeOptions = { dirs: ['parts'] };
  const merged: MergeResult = await merge(parts);
  const [one]: MergedShard[] = merged.shards;
  say('merged', `${merged.documents} document of ${one?.of} shard`);

  const near: SearchFilters = { source: ['docs/**'], minScore: -1 };
  const question: SearchOptions = { question: 'Where is the harbour?', settings, k: 1, ...near };
  const results: SearchResult[] = await search(question);
  const by: SearchBy = 'words';
  const shape: ResultShape = { group: 'document', around: 1 };
  const corpus: SearcherOptions = { settings, in: [`notes=${settings.out}`] };
  const better: RerankOptions = { url: 'http://127.0.0.1:9', most: 10 };
  const asked: QuestionOptions = { k: 1, by, ...shape };
  const many: SearchAllOptions = { ...asked, ...corpus, questions: ['harbour', 'mill'] };
  const ranks: SearchRanks | undefined = results[0]!.ranks;
  const lists = await searchAll(many);
  const passage: Passage | undefined = lists[0]![0]!.passage;
  say(
    'by words',
    `rank ${ranks?.words}, ${lists.length} lists, ${passage?.text.length} characters, rerank by ${better.url}`,
  );
  const around: GetOptions = { around: 1 };
  const wanted: GetTextOptions = { ...corpus, ...around, what: results[0]!.id };
  const [found]: FoundText[] = await get(wanted);
  const known: Question = { question: 'Where is the mill?', source: 'docs/harbour.md' };
  const test: EvaluateOptions = { ...corpus, by, questions: [known], against: settings.out };
  const { against, ...own }: EvaluateResult = await evaluate(test);
  const measured: Evaluation = own;
  const name: MeasureName = 'hit3';
  const share: Estimate = measured[name];
  const differs: Comparison | undefined = against;
  const verdict: EvalVerdict | undefined = differs?.verdict;
  const [first]: EvaluatedQuestion[] = measured.answers;
  say('evaluated', `place ${first?.rank}, ${name} ${share.value}, ${verdict}`);
  say('got', `${found?.in} ${found?.text.length}`);
  const row: OutputRow = results[0]!;
  const { source, line }: RowMetadata = row.metadata;
  say('found', `${source}:${line}`);
  const whole: VerifyOptions = { deep: true };
  const { problems, rows }: Verification = await verify(settings.out, whole);
  say('verified', `${rows} rows, ${problems.length} problems`);

  const progress: SyncProgress = { total: 0, sent: 0 };
  const there: SyncOptions = { settings, destinations: ['parquet:./chunks.parquet'], progress };
  const { destinations }: SyncResult = await sync(there);
  const [done]: SyncedDestination[] = destinations;
  const goes: ForgetOptions = { settings, sources: ['notes.md'], dryRun: true };
  const forgotten: ForgetResult | Error = await forget(goes).catch((error: Error) => error);
  say('forgotten', forgotten instanceof Error ? forgotten.message : forgotten.rows);
  say('synced', `${progress.sent} of ${progress.total}, ${done?.error?.message ?? `${done?.new} new`}`);
}

await queue();
await wholeRun();
for (const line of allAdvice()) console.log(line);
