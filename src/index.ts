// The public API, by name.
export { type IngestOptions, ingest } from './commands/ingest.js';
export { type SearchOptions, type SearchResult, search } from './commands/search.js';
export { verify } from './commands/verify.js';
export { type LoadedSettings, type LoadOptions, loadSettings } from './config/load.js';
export type { Settings } from './config/settings.js';
export {
  DamagedOutputError,
  DocumentError,
  EmbedderFault,
  EmbedError,
  exitCodes,
  type FaultMeaning,
  LockedError,
  OutputError,
  ServiceError,
  UsageError,
  VectorSpaceError,
} from './errors.js';
export { RunCounts } from './pipeline/counts.js';
export type { RunResult } from './pipeline/run.js';
export type { IngestSummary } from './pipeline/summary.js';
export type { Failure, FailureCode, Vector, VectorSpace } from './types.js';
