// Real trees for the tests of the walk, and the walk's entries in a form to compare.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { resolveRoots } from '../../../src/documents/walk/paths/roots.js';
import { type SkipReason, type WalkEntry, type WalkOptions, walk } from '../../../src/documents/walk/walk.js';

/** An empty folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'embed-walk-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files (name → text; `-> target` makes a link, a name ending in a slash a folder). */
export function plant(folder: string, files: { [name: string]: string } | readonly string[]): string {
  const named = Array.isArray(files) ? Object.fromEntries(files.map((name) => [name, 'text'])) : files;
  for (const [name, text] of Object.entries(named as { [name: string]: string })) {
    const path = join(folder, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), path);
    else if (!name.endsWith('/')) writeFileSync(path, text);
  }
  return folder;
}

export interface Walked {
  sources: string[];
  failures: string[];
  /** `label` or `label (incomplete)`. */
  listed: string[];
  skipped: { [source: string]: SkipReason };
  entries: WalkEntry[];
  groups: number[];
}

/** Walks `paths` as from the command line, with `folder` as working folder and the output in it. */
export async function walked(
  folder: string,
  paths: readonly string[],
  options: Partial<WalkOptions> = {},
): Promise<Walked> {
  const result: Walked = { sources: [], failures: [], listed: [], skipped: {}, entries: [], groups: [] };
  const base = options.base ?? folder;
  const settings: WalkOptions = {
    base,
    include: [],
    exclude: [],
    gitignore: true,
    follow: false,
    generated: false,
    maxFileSize: 1_000_000,
    outputDir: join(base, 'embeddings'),
    onSkip: (reason, source) => {
      result.skipped[source] = reason;
    },
    ...options,
  };
  for await (const group of walk(await resolveRoots(paths, folder, base), settings)) {
    result.groups.push(group.length);
    for (const entry of group) {
      result.entries.push(entry);
      if (entry.kind === 'file') result.sources.push(entry.source);
      else if (entry.kind === 'failure')
        result.failures.push(`${entry.failure.source}: ${entry.failure.code}`);
      else result.listed.push(entry.complete ? entry.root : `${entry.root} (incomplete)`);
    }
  }
  return result;
}

export async function sources(
  folder: string,
  paths: readonly string[],
  options: Partial<WalkOptions> = {},
): Promise<string[]> {
  return (await walked(folder, paths, options)).sources;
}
