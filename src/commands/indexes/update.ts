// Brings an output up to date with the documents under its roots, for an agent. The roots come from the output's own
// manifest, which may be a stranger's: only those below the output's parent folder or the working folder are read.
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import type { Settings } from '../../config/settings.js';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { isIn } from '../../files/inside-folder.js';
import type { Updated, UpdateProgress } from '../../indexes/indexes.js';
import { RunCounts } from '../../ingest/run-counts.js';
import { stdinRoot } from '../../ingest/survey/standard-input.js';
import { printable } from '../../text/printable.js';
import { ingest } from '../ingest.js';

export interface UpdateOptions {
  /** Of the index. */
  name: string;
  /** The output's folder. */
  dir: string;
  /** Of its manifest. */
  roots: readonly string[];
  settings: Settings;
  signal: AbortSignal;
  events: RunEvents;
  progress(now: UpdateProgress): void;
}

/** How often progress is told, ms. */
const tellMs = 500;

/**
 * @throws {UsageError} when none of its roots may be read, or is there
 * @throws what {@link ingest} throws
 */
export async function updateOutput({
  name,
  dir,
  signal,
  progress,
  ...options
}: UpdateOptions): Promise<Updated> {
  const { settings } = options;
  // What the settings name is read as they say: with its own patterns, and wherever they may name it.
  const isOwn = settings.sources.length > 0 && resolve(settings.out) === resolve(dir);
  const { paths, left } = isOwn ? { paths: [], left: [] } : await rootsToRead(dir, options.roots);
  if (paths.length === 0 && !isOwn) {
    const named = left.map((root) => printable(root, 200)).slice(0, 3);
    throw new UsageError(
      `Nothing of ${JSON.stringify(printable(name, 60))} can be updated here${named.length > 0 ? ` (${named.join(', ')})` : ''}: ` +
        'run `embed ingest` with the paths of its documents.',
    );
  }
  const counts = new RunCounts();
  const tell = () => progress(progressOf(counts));
  const timer = setInterval(tell, tellMs);
  try {
    const { summary } = await ingest({
      paths,
      settings: { ...settings, out: dir },
      signal,
      counts,
      events: options.events,
    });
    tell();
    const { documents, chunks, changed } = summary;
    const { removed, unchanged, failed } = documents;
    return {
      in: name,
      changed,
      documents: { new: documents.new, changed: documents.changed, removed, unchanged, failed },
      rows: chunks.total,
      ...(left.length > 0 && { left }),
    };
  } finally {
    clearInterval(timer);
  }
}

/** Roots to read, and those that are left alone. */
async function rootsToRead(
  dir: string,
  roots: readonly string[],
): Promise<{ paths: string[]; left: string[] }> {
  const parent = dirname(resolve(dir));
  const allowed = await Promise.all([parent, process.cwd()].map((folder) => realpath(folder)));
  const paths: string[] = [];
  const left: string[] = [];
  for (const root of roots) {
    if (root === stdinRoot) continue;
    const path = resolve(parent, root);
    const real = await realpath(path).catch(() => undefined);
    const mayBeRead = real !== undefined && allowed.some((folder) => isIn(real, folder));
    (mayBeRead ? paths : left).push(mayBeRead ? path : root);
  }
  return { paths, left };
}

function progressOf({ files, filesRead, chunks }: RunCounts): UpdateProgress {
  return {
    done: Math.min(filesRead, files),
    total: files,
    message: `${filesRead} of ${files} files, ${chunks} rows`,
  };
}
