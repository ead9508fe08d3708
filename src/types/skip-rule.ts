/** What left an entry out of an ingest: a line of an ignore file, or a flag. */
export interface SkipRule {
  /** Path of the ignore file; absent for a flag. */
  file?: string;
  /** Line of the ignore file, from 1 on; 0 when it isn't known. */
  line?: number;
  /** The line; or the flag with its pattern. */
  pattern: string;
}

/** A line of an ignore file (`!drafts/plan.md`) that would take a path, but doesn't, as a folder above it is left out. */
export interface VainRule extends SkipRule {
  /** Lines that make it work: one stands for the rule of the folder, several stand above the line. */
  write: string[];
}
