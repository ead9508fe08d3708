// The public API, by name: every function, class and error, and every type that one of their signatures names.
export { type EvaluateOptions, type EvaluateResult, evaluate } from './commands/eval.js';
export { type ForgetOptions, type ForgetResult, forget } from './commands/forget.js';
export { type GetTextOptions, get } from './commands/get.js';
export { type IngestOptions, ingest } from './commands/ingest.js';
export { type MergedShard, type MergeOptions, type MergeResult, merge } from './commands/merge.js';
export { type SearchAllOptions, search, searchAll } from './commands/search.js';
export { type SyncOptions, type SyncResult, sync } from './commands/sync.js';
export { type Verification, type VerifyOptions, verify } from './commands/verify.js';
export type { NamedSource } from './config/kinds/sources.js';
export { type LoadOptions, loadSettings } from './config/load.js';
export type { Layer, LoadedSettings, Origin } from './config/origins.js';
export type { RedisSettings } from './config/redis-settings.js';
export type { Settings } from './config/settings.js';
export type { UnusedPattern } from './documents/walk/walk.js';
export {
  DamagedOutputError,
  DestinationError,
  type DestinationErrorOptions,
  DocumentError,
  EmbedderFault,
  EmbedError,
  type FaultMeaning,
  type FaultOptions,
  LockedError,
  NewerOutputError,
  NoIndexError,
  NotStartedError,
  OtherOutputError,
  OutputError,
  QueueFullError,
  type RejectedText,
  RejectedTextsError,
  ResultTimeoutError,
  ServiceError,
  UnknownRequestError,
  UsageError,
  VectorSpaceError,
  WrongVectorsError,
  type WrongVectorsOptions,
} from './errors.js';
export type { DocumentChange, RunEvents } from './events.js';
export { exitCodes } from './exit-codes.js';
export type { TimeEstimate } from './ingest/estimate.js';
export type { LeftOut, LeftOutFiles } from './ingest/left-out.js';
export type { RunOptions, RunResult } from './ingest/options.js';
export { RunCounts } from './ingest/run-counts.js';
export type { IngestSummary } from './ingest/summary.js';
export type { Elsewhere } from './ingest/survey/other-roots.js';
export type { StandardInput } from './ingest/survey/standard-input.js';
export type { Unfinished } from './ingest/time-window.js';
export type { ByMeaning, Durations, EndpointMetrics, Metrics } from './metrics/snapshot.js';
export { performanceSummary } from './metrics/summary-lines.js';
export type { CacheStats, OrchestratorCache } from './orchestrator/cache-control.js';
export { BatchConfig, type BatchOptions, type OllamaConfig, type PrefixKind } from './orchestrator/config.js';
export type { EmbedTextsOptions } from './orchestrator/embed-options.js';
export type { Health } from './orchestrator/health.js';
export type { TextOutcome } from './orchestrator/intake.js';
export { BatchOrchestrator } from './orchestrator/orchestrator.js';
export type { OrchestratorParts, TimeoutOptions } from './orchestrator/parts.js';
export type { Comparison, EvaluatedQuestion, Evaluation } from './search/evaluate/evaluate.js';
export type { Estimate, EvalVerdict, MeasureName } from './search/evaluate/measures.js';
export type { FoundText, GetOptions } from './search/get.js';
export type {
  Passage,
  QuestionOptions,
  RerankOptions,
  ResultShape,
  SearchBy,
  SearcherOptions,
  SearchFilters,
  SearchOptions,
  SearchRanks,
  SearchResult,
} from './search/options.js';
export type { Question } from './search/questions-file.js';
export type { OutputRow, RowMetadata } from './search/row.js';
export type { SyncedDestination, SyncProgress } from './sync/work.js';
export type { CacheUsage, PruneOptions, SpaceUsage, VectorCache, VectorEntry } from './types/cache.js';
export type {
  Embedder,
  EmbedderIdentity,
  EmbedOptions,
  EndpointState,
  Prefixes,
  TokenCounter,
} from './types/embedder.js';
export type { Failure, FailureCode } from './types/failure.js';
export type { Json } from './types/json.js';
export type { NoticeCode } from './types/notice-code.js';
export type {
  AnsweredRequest,
  CacheUse,
  FreeSlot,
  Overload,
  Priority,
  RequestLimits,
  Slot,
  SlotLimits,
  Slots,
  TraceContext,
} from './types/requests.js';
export type { Shard } from './types/shard.js';
export type { SkipRule } from './types/skip-rule.js';
export type { VectorSpace } from './types/space.js';
export type { Vector } from './types/vector.js';
