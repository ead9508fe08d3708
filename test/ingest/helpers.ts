// What the tests of whole runs share: a workspace, a scripted Ollama, and the flags that point to it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CliResult, Workspace } from '../helpers/cli.js';

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

/** `embed ingest` against one server, without a cache that another test could have filled. */
export function ingestWith(workspace: Workspace, url: string) {
  return (...args: string[]): Promise<CliResult> =>
    workspace.embed(['ingest', '--ollama-url', url, '--model', 'all-minilm', '--cache', 'none', ...args]);
}

/** The JSON summary of a run with `--json`. */
export function summaryOf(result: CliResult): {
  changed: boolean;
  documents: { new: number; changed: number; unchanged: number; removed: number; failed: number };
  chunks: { total: number; embedded: number; cached: number; reused: number; failed: number };
  elsewhere: { root: string; documents: number }[];
  pruned: { root: string; documents: number }[];
  requests: number;
  failures: { source: string; code: string; chunk?: number }[];
} {
  if (result.stdout === '') throw new Error(`no summary; exit ${result.code}, stderr:\n${result.stderr}`);
  return JSON.parse(result.stdout);
}
