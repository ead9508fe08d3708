// `embed status` without its flags: an output in one look, and what is wrong around it.
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { isThere } from '../documents/walk/sources/find-file.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import {
  chunksName,
  failuresName,
  manifestName,
  sumsName,
  vectorsName,
} from '../output/format/owned-names.js';
import { type Output, openOutput } from '../output/read/output.js';
import { type LastRun, readNotes } from '../state/output-notes.js';
import { noIndex, type RunState, runStateOf } from './run-state.js';

/** What {@link status} is told. */
export interface StatusOptions {
  /** `out` names the output. */
  settings: Settings;
  /** Folder that `out` starts from. @default process.cwd() */
  cwd?: string;
  /** Ends the reading. @default never */
  signal?: AbortSignal;
}

/** Documents that were found under one path. */
export interface RootStatus {
  /** The path, as the output names it; `-` for standard input. */
  root: string;
  /** How many of its documents the output has. */
  documents: number;
  /** True when nothing has this path any more: its documents stay until `--prune`, or until `embed forget`. */
  gone: boolean;
}

/** An output in one look. */
export interface OutputStatus {
  /** The output's folder, as the settings name it. */
  out: string;
  /** What it holds; absent before the end of a first run. */
  index?: {
    documents: number;
    rows: number;
    /** Of its files together. */
    bytes: number;
    embedder: string;
    model: string;
    dimensions: number;
    /** In tokens. */
    chunkSize: number;
    chunkOverlap: number;
    roots: RootStatus[];
    /** Documents and chunks without vectors: lines of `failures.jsonl`. */
    failures: number;
    /** Documents that these are of, as `embed list --failed` names them, whether they have rows or not. */
    failedDocuments: number;
  };
  /** The last run of this user on this machine; absent where that isn't known. */
  lastRun?: LastRun;
  /** Servers that this user named in the last run that asked some; absent where that isn't known. */
  addresses?: string[];
  /** A run that is under way, or was interrupted; absent when there is none. */
  run?: RunState;
}

/**
 * Looks at an output and at the run that works on it. Nothing is written, and no server is asked.
 * @throws {NoIndexError} when there is neither an output nor a run that began one
 * @throws {DamagedOutputError} when its files contradict each other
 * @throws {NewerOutputError} when a newer version made it
 */
export async function status(options: StatusOptions): Promise<OutputStatus> {
  const { settings, cwd = process.cwd(), signal } = options;
  const out = resolve(cwd, settings.out);
  const output = await openOutput(out, { sums: false, ...(signal && { signal }) });
  try {
    const run = await runStateOf(out);
    if (output === undefined && run === undefined) throw await noIndex(settings.out);
    const index = output && (await lookInto(output, out));
    const { addressesOf: _, ...notes } = readNotes(out);
    return { out: settings.out, ...(index && { index }), ...notes, ...(run && { run }) };
  } finally {
    await output?.close();
  }
}

async function lookInto(output: Output, out: string): Promise<OutputStatus['index']> {
  const { manifest, space, rows } = output;
  const documents = new Map<string, number>(manifest.roots.map((root) => [root, 0]));
  for (const { root } of output.documents()) documents.set(root, (documents.get(root) ?? 0) + 1);
  const base = dirname(out);
  const failures = await output.failures();
  return {
    documents: output.documents().length,
    rows,
    bytes: sizeOf(out),
    embedder: space.embedder,
    model: space.model,
    dimensions: space.dimensions,
    chunkSize: manifest.chunking.size,
    chunkOverlap: manifest.chunking.overlap,
    roots: [...documents].map(([root, count]) => ({
      root,
      documents: count,
      gone: root !== stdinRoot && root !== '.' && !isThere(root, base),
    })),
    failures: failures.length,
    failedDocuments: new Set(failures.map(({ source }) => source)).size,
  };
}

function sizeOf(out: string): number {
  return [manifestName, chunksName, vectorsName, sumsName, failuresName]
    .map((name) => join(out, name))
    .reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}
