/** What left an entry out of an ingest: a line of an ignore file, or a flag. */
export interface SkipRule {
  /** Path of the ignore file; absent for a flag. */
  file?: string;
  /** Line of the ignore file, from 1 on; 0 when it isn't known. */
  line?: number;
  /** The line; or the flag with its pattern. */
  pattern: string;
}
