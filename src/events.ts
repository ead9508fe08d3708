// What happens during a run, as calls of a listener that shows, logs or counts it. Each layer hands the same object on,
// and calls the method of what happens in it. Imports types only, so that every layer can import it.
import type { EmbedderFault } from './errors.js';
import type { NoticeCode } from './types/notice-code.js';
import type { SkipRule } from './types/skip-rule.js';

/**
 * What becomes of a document: the output didn't have it; has other content of it; has it of another splitter or reader, or
 * without a chunk; has its bytes under a name that goes; or its rows go.
 */
export type DocumentChange = 'new' | 'changed' | 'reread' | 'moved' | 'removed';

/**
 * What happens during a run, in an orchestrator or during a search. A listener needs only the methods that it uses.
 * They are called at once and in the middle of the work, so they should return soon and not throw.
 */
export interface RunEvents {
  /**
   * Something that the user should know, as a sentence: it waits for a server, a server is back …
   * @param code what it is about, for programs; it doesn't change
   */
  notice(message: string, code: NoticeCode): void;
  /** A problem that the user should look at, as a sentence. The work goes on. @param code as of a notice */
  warning(message: string, code: NoticeCode): void;
  /**
   * A file, link or folder is left out of an ingest.
   * @param reason as in `leftOut` of the summary
   * @param source as the output would name it
   */
  skipped(reason: string, source: string): void;
  /**
   * A file or folder is left out as the user wants it: it is hidden, or an ignore file or a pattern says so.
   * @param reason `hidden`, `ignored` or `excluded`
   * @param rule finds the line or the flag that says so; undefined for what is hidden
   */
  ignored(reason: string, source: string, rule: () => SkipRule | undefined): void;
  /**
   * A document isn't as the output has it. Documents that fail are in the result.
   * @param from of one that moved: the name that it had
   */
  document(change: DocumentChange, source: string, from?: string): void;
  /**
   * A server pulls a model.
   * @param step in the server's words: `pulling manifest`, `verifying sha256 digest` …
   * @param completed bytes of all parts named so far; it may fall, as parts are fetched again
   * @param total bytes of these parts; it rises as parts are named
   */
  pulling(step: string, completed: number, total: number): void;
  /** A request is sent, for the first time or again. @param texts in it */
  requestSent(texts: number): void;
  /** A request failed, and is sent again after a pause. @param waitMs milliseconds until then */
  retrying(fault: EmbedderFault, waitMs: number): void;
}

/** Calls several listeners, in this order. Each may lack methods. */
export function eventsFor(...listeners: readonly (Partial<RunEvents> | undefined)[]): RunEvents {
  return {
    notice: (message, code) => {
      for (const one of listeners) one?.notice?.(message, code);
    },
    warning: (message, code) => {
      for (const one of listeners) one?.warning?.(message, code);
    },
    skipped: (reason, source) => {
      for (const one of listeners) one?.skipped?.(reason, source);
    },
    ignored: (reason, source, rule) => {
      for (const one of listeners) one?.ignored?.(reason, source, rule);
    },
    document: (change, source, from) => {
      for (const one of listeners) one?.document?.(change, source, from);
    },
    pulling: (step, completed, total) => {
      for (const one of listeners) one?.pulling?.(step, completed, total);
    },
    requestSent: (texts) => {
      for (const one of listeners) one?.requestSent?.(texts);
    },
    retrying: (fault, waitMs) => {
      for (const one of listeners) one?.retrying?.(fault, waitMs);
    },
  };
}

/** Without a listener. */
export const noEvents: RunEvents = eventsFor();
