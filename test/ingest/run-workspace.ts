// What the tests of whole runs share: a workspace, a scripted Ollama, and the flags that point to it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { type CliResult, makeWarmWorkspace, type Workspace, warmUp } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';

/** What each test of a file that calls `setUp` has of its own. */
export let workspace: Workspace;
export let ollama: TestOllama;
export let ingest: ReturnType<typeof ingestWith>;
/** The default output. */
export let out: string;

/** A workspace and a server for each test of the calling file. */
export function setUp(): void {
  beforeAll(warmUp);
  beforeEach(async () => {
    workspace = makeWarmWorkspace();
    ollama = await startOllama();
    ingest = ingestWith(workspace, ollama.url);
    out = join(workspace.dir, 'embeddings');
  });
  afterEach(async () => {
    await ollama.stop();
    workspace.remove();
  });
}

/** Writes files below a workspace's folder. */
export function writeFiles(dir: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** A document of `sections` sections with a few sentences each, all different. */
export function markdown(name: string, sections: number): string {
  const parts = Array.from({ length: sections }, (_, index) => {
    const words = Array.from({ length: 40 }, (_, word) => `${name}${index}word${word}`).join(' ');
    return `## ${name} part ${index}\n\n${words}.\n`;
  });
  return `# ${name}\n\n${parts.join('\n')}`;
}

/** `embed ingest` against one server, without a cache that another test could have filled; what is said counts instead. */
export function ingestWith(workspace: Workspace, url: string) {
  return (...args: string[]): Promise<CliResult> => {
    const server = args.includes('builtin') ? [] : ['--ollama-url', url];
    const model = args.includes('builtin') || args.includes('--model') ? [] : ['--model', 'all-minilm'];
    const cache = args.includes('--cache') ? [] : ['--cache', 'none'];
    return workspace.embed(['ingest', ...server, ...model, ...cache, ...args]);
  };
}

/** The JSON summary of a run with `--json`. */
export function summaryOf(result: CliResult): {
  changed: boolean;
  documents: {
    new: number;
    changed: number;
    reread: number;
    blank: number;
    unchanged: number;
    removed: number;
    failed: number;
    knownFailed: number;
  };
  chunks: { total: number; embedded: number; cached: number; reused: number; failed: number };
  elsewhere: { root: string; documents: number }[];
  pruned: { root: string; documents: number }[];
  moved: { root: string; documents: number }[];
  hidden: { root: string; documents: number }[];
  newer: string[];
  requests: number;
  failures: { source: string; code: string; chunk?: number }[];
  newFailures: { source: string; code: string; chunk?: number }[];
  knownFailures: { source: string; code: string; chunk?: number }[];
} {
  if (result.stdout === '') throw new Error(`no summary; exit ${result.code}, stderr:\n${result.stderr}`);
  return JSON.parse(result.stdout);
}
