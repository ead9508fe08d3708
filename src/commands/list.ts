// `embed list` without its flags: what an output holds, document by document.
import { dirname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { damaged } from '../output/format/damage.js';
import type { OutputDocument } from '../output/format/manifest-reader.js';
import { chunksName } from '../output/format/owned-names.js';
import { type Output, openOutput } from '../output/read/output.js';
import { filterOf } from '../search/filter.js';
import { attempt, NotesFiles } from '../state/output-notes.js';
import { compareSources } from '../text/source-order.js';
import type { FailureCode, KeptFailure } from '../types/failure.js';
import { noIndex } from './run-state.js';

/** What {@link listDocuments} is told. */
export interface ListOptions {
  /** `out` names the output. */
  settings: Settings;
  /** Folders, documents or globs, as for a search; only documents that fit one are listed. @default all */
  source?: readonly string[] | undefined;
  /** Folder, absolute, from which `source` may name paths. @default sources are no paths */
  from?: string | undefined;
  /** Only what failed, whether it has rows or not. @default false */
  failed?: boolean | undefined;
  /** Folder that `out` starts from. @default process.cwd() */
  cwd?: string;
  /** Ends the reading. @default never */
  signal?: AbortSignal;
}

/** A document of the output, or what failed and isn't in it. */
export interface ListedDocument {
  /** As `metadata.source` of a search result names it. */
  source: string;
  /** Rows of it; 0 for one without text, and for one that failed and never was in the output. */
  rows: number;
  /** Tokens of its rows together, without those of contexts. */
  tokens: number;
  /** When a run last wrote it, as ISO 8601 in UTC; absent where that isn't known on this machine. */
  changed?: string;
  /** Why it, or chunks of it, have no vectors, as in `failures.jsonl`; absent without failures. */
  failures?: FailureCode[];
}

/**
 * The documents of an output, in the order of their rows, and what failed.
 * @throws {NoIndexError} when there is no output
 * @throws {UsageError} when a glob is empty or too long
 * @throws {DamagedOutputError} when its files contradict each other
 * @throws {NewerOutputError} when a newer version made it
 * @throws the signal's reason
 */
export async function* listDocuments(options: ListOptions): AsyncGenerator<ListedDocument, void, undefined> {
  const { settings, source, from, failed, cwd = process.cwd(), signal } = options;
  const output = await openOutput(resolve(cwd, settings.out), { sums: false, ...(signal && { signal }) });
  if (!output) throw await noIndex(settings.out);
  try {
    for await (const { document, ...entry } of entriesOf(output, { source, from, failed })) {
      signal?.throwIfAborted();
      const { source: name, rows, ...rest } = entry;
      yield {
        source: name,
        rows,
        tokens: document === undefined ? 0 : await tokensOf(document, output),
        ...rest,
      };
    }
  } finally {
    await output.close();
  }
}

/** A document without what its rows must be read for; where it isn't in the output, it failed. */
export type Entry = Omit<ListedDocument, 'tokens'> & { document?: OutputDocument };

/** The same of an open output, with the document in it. */
export async function* entriesOf(
  output: Output,
  { source, from, failed = false }: Pick<ListOptions, 'source' | 'from' | 'failed'>,
): AsyncGenerator<Entry, void, undefined> {
  const failures = failuresBySource(await output.failures());
  const names = () => [...output.documents().map((document) => document.source), ...failures.keys()];
  const named = { base: dirname(output.dir), all: names };
  const { takesSource } = filterOf({ source: source?.length === 0 ? undefined : source, from }, named);
  const changes = attempt(() => new NotesFiles(output.dir).changes()) ?? new Map<string, number>();
  const isWanted = (one: string): boolean => takesSource(one) && (!failed || failures.has(one));
  const known = new Set(output.documents().map((document) => document.source));
  const absent = [...failures.keys()].filter((one) => !known.has(one)).sort(compareSources);
  let next = 0;
  const absentBefore = function* (bound?: string): Generator<Entry> {
    for (; next < absent.length; next++) {
      const one = absent[next]!;
      if (bound !== undefined && compareSources(one, bound) > 0) return;
      if (isWanted(one)) yield { source: one, rows: 0, failures: failures.get(one)! };
    }
  };
  for (const document of output.documents()) {
    yield* absentBefore(document.source);
    if (!isWanted(document.source)) continue;
    const at = changes.get(document.source);
    const codes = failures.get(document.source);
    yield {
      source: document.source,
      rows: document.rows,
      ...(at !== undefined && { changed: new Date(at).toISOString() }),
      ...(codes && { failures: codes }),
      document,
    };
  }
  yield* absentBefore();
}

function failuresBySource(failures: readonly KeptFailure[]): Map<string, FailureCode[]> {
  const codes = new Map<string, FailureCode[]>();
  for (const { source, code } of failures) {
    const known = codes.get(source) ?? [];
    if (!known.includes(code)) codes.set(source, [...known, code]);
  }
  return codes;
}

/** No string of a line holds these bytes, as a quote in it is escaped: they are where we write them. */
const tokensKey = Buffer.from('","tokens":');

async function tokensOf(document: OutputDocument, output: Output): Promise<number> {
  let tokens = 0;
  for await (const line of output.lines(document)) {
    const at = line.indexOf(tokensKey);
    const count = /^\d{1,9}/.exec(line.toString('latin1', at + tokensKey.length, at + tokensKey.length + 9));
    if (at < 0 || count === null) {
      throw damaged(join(output.dir, chunksName), `${document.source}: a row without its tokens`);
    }
    tokens += Number(count[0]);
  }
  return tokens;
}
