// The public API, by name.
export { type IngestOptions, ingest } from './commands/ingest.js';
export { type SearchOptions, type SearchResult, search } from './commands/search.js';
export { verify } from './commands/verify.js';
export { type LoadOptions, loadSettings } from './config/load.js';
export type { LoadedSettings } from './config/origins.js';
export type { Settings } from './config/settings.js';
export {
  DamagedOutputError,
  DocumentError,
  EmbedderFault,
  EmbedError,
  exitCodes,
  type FaultMeaning,
  LockedError,
  NewerOutputError,
  NotStartedError,
  OutputError,
  QueueFullError,
  RejectedTextsError,
  ResultTimeoutError,
  ServiceError,
  UnknownRequestError,
  UsageError,
  VectorSpaceError,
  WrongVectorsError,
} from './errors.js';
export type { RunResult } from './ingest/options.js';
export { RunCounts } from './ingest/run-counts.js';
export type { IngestSummary } from './ingest/summary.js';
export type { Metrics } from './metrics/snapshot.js';
export { performanceSummary } from './metrics/summary-lines.js';
export type { CacheStats } from './orchestrator/cache-control.js';
export { BatchConfig, type BatchOptions, type PrefixKind } from './orchestrator/config.js';
export type { Health } from './orchestrator/health.js';
export type { EmbedTextsOptions, TextOutcome } from './orchestrator/intake.js';
export { BatchOrchestrator, type OrchestratorParts } from './orchestrator/orchestrator.js';
export type {
  CacheUsage,
  Embedder,
  EndpointState,
  Failure,
  FailureCode,
  Priority,
  Vector,
  VectorCache,
  VectorSpace,
} from './types.js';
