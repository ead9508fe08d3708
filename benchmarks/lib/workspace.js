// A temp folder of a benchmark's own, what was started for it, and the project's command run in it.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './process.js';

const bin = fileURLToPath(new URL('../../bin/embed.js', import.meta.url));

export class Workspace {
  folder = mkdtempSync(join(tmpdir(), 'embed-benchmark-'));
  #servers = [];

  /** Path of something in the folder. */
  path(...names) {
    return join(this.folder, ...names);
  }

  /** Keeps a server until the workspace closes. */
  use(server) {
    this.#servers.push(server);
    return server;
  }

  /**
   * `embed` with an empty home and nothing in its environment but the PATH. With `--json` the result has its
   * `summary`.
   * @param options `node`: arguments of Node's own; `home`: name of the home folder, which keeps the disk cache
   */
  async embed(args, { node = [], home = 'home', ...options } = {}) {
    mkdirSync(this.path(home), { recursive: true });
    const result = await run(process.execPath, [...node, bin, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.path(home) },
      ...options,
    });
    return { ...result, summary: args.includes('--json') ? JSON.parse(result.stdout) : undefined };
  }

  /** `embed ingest` with a benchmark's fixed settings. */
  ingest(folder, out, { url, args = [], ...options }) {
    const fixed = ['--embedder', 'ollama', '--model', 'all-minilm', '--ollama-url', url, '--json', '--quiet'];
    return this.embed(['ingest', folder, '--out', out, ...fixed, ...args], options);
  }

  /** Gives something in the folder another name. */
  rename(from, to) {
    renameSync(this.path(from), this.path(to));
  }

  remove(...names) {
    rmSync(this.path(...names), { recursive: true, force: true });
  }

  async close() {
    for (const server of this.#servers.reverse()) await server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs `work` in a workspace that is gone afterwards, also when the benchmark is interrupted. */
export async function inWorkspace(work) {
  const workspace = new Workspace();
  const remove = () => rmSync(workspace.folder, { recursive: true, force: true, maxRetries: 3 });
  const interrupt = () => process.exit(130);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('exit', remove);
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('exit', remove);
  }
}
