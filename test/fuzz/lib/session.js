// What all cases share: the command line that is tried, an honest server, an index to start from, and how slow
// this machine is at the moment.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOllama } from '../servers/ollama.js';
import { watch } from './watch.js';

/** What a plain run takes on an idle machine, in ms; bounds of time grow with what it takes here. */
const usualMs = 700;

export class Session {
  scale = 1;
  #folder = mkdtempSync(join(tmpdir(), 'embed-fuzz-'));

  constructor(cli) {
    this.cli = cli;
    this.template = join(this.#folder, 'template');
  }

  async start() {
    this.ollama = await startOllama();
    mkdirSync(join(this.template, 'docs'), { recursive: true });
    mkdirSync(join(this.#folder, 'home'));
    for (let i = 0; i < 4; i++) {
      const text = `# Page ${i}\n\n${`Sentence of page ${i} about islands and harbours. `.repeat(30)}\n`;
      writeFileSync(join(this.template, 'docs', `page-${i}.md`), text);
    }
    const records = Array.from({ length: 3 }, (_, i) =>
      JSON.stringify({ id: `r${i}`, text: `Record ${i} of a list.` }),
    );
    writeFileSync(join(this.template, 'docs', 'records.jsonl'), `${records.join('\n')}\n`);
    const seen = await this.#ingest();
    if (seen.code !== 0) throw new Error(`a plain run exits with ${seen.code}:\n${seen.stderr}`);
    await this.calibrate();
  }

  /** Looks again how long a plain run takes. */
  async calibrate() {
    const { ms } = await this.#ingest();
    this.scale = Math.max(1, ms / usualMs);
  }

  caseFolder() {
    return mkdtempSync(join(this.#folder, 'case-'));
  }

  async stop() {
    await this.ollama.stop();
    rmSync(this.template, { recursive: true, force: true });
  }

  /** Also when it is interrupted; folders that are kept stay. */
  remove(keep) {
    if (!keep) rmSync(this.#folder, { recursive: true, force: true });
  }

  #ingest() {
    return watch(process.execPath, [this.cli, 'ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'], {
      cwd: this.template,
      env: {
        PATH: process.env.PATH,
        HOME: join(this.#folder, 'home'),
        OLLAMA_HOST: this.ollama.url,
        OLLAMA_EMBEDDING_MODEL: this.ollama.model,
      },
      stopMs: 120_000,
      obeyMs: 10_000,
      memoryBytes: 4e9,
    });
  }
}
