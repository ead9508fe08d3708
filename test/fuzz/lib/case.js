// One case: a folder of its own with documents, an index and, beside them, a tree of victims; the commands
// that are run in it; and what the oracles say of each.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { judge } from './oracles.js';
import { Random } from './random.js';
import { difference, lookAt } from './tree.js';
import { watch } from './watch.js';

const memoryBytes = 1.5e9;
/** A stop at a random moment, in so many of the runs. */
const stops = 0.08;

export class Case {
  findings = [];
  /** What is attacked, in few words; findings of one subject are one. */
  subject = '';
  #session;
  #before;
  #servers = [];

  /** @param session `cli`, `ollama`, `template`, `scale`: see session.js */
  constructor(session, kind, seed, root) {
    this.#session = session;
    this.kind = kind;
    this.root = root;
    this.random = new Random(`${kind}/${seed}`);
    for (const folder of ['home', 'work', 'victim/.run/stage-1', 'victim/photos']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    for (const name of [
      'victim/bashrc',
      'victim/failures.jsonl',
      'victim/.run/state',
      'victim/.run/stage-1/x',
    ]) {
      this.write(name, `dear to its owner: ${name}\n`.repeat(40));
    }
    this.write('victim/photos/holiday', Buffer.alloc(5000, 7));
  }

  /** How much slower than usual this machine is at the moment. */
  get scale() {
    return this.#session.scale;
  }

  path(...names) {
    return join(this.root, ...names);
  }

  write(name, content) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** In place of what is there. */
  link(name, target) {
    this.remove(name);
    mkdirSync(dirname(this.path(name)), { recursive: true });
    symlinkSync(target, this.path(name));
  }

  fifo(name) {
    this.remove(name);
    mkdirSync(dirname(this.path(name)), { recursive: true });
    spawnSync('mkfifo', [this.path(name)]);
  }

  /** A file of this size that takes no place on the disk, after `start`. */
  sparse(name, bytes, start = '') {
    this.write(name, start);
    const file = openSync(this.path(name), 'r+');
    ftruncateSync(file, bytes);
    closeSync(file);
  }

  /** Whether something stands there. */
  has(name) {
    return lstatSync(this.path(name), { throwIfNoEntry: false }) !== undefined;
  }

  remove(name) {
    rmSync(this.path(name), { recursive: true, force: true });
  }

  /** Documents and their index as an earlier, honest run left them. */
  index() {
    cpSync(this.#session.template, this.path('work'), { recursive: true });
  }

  /** Documents alone. */
  documents() {
    cpSync(join(this.#session.template, 'docs'), this.path('work', 'docs'), { recursive: true });
  }

  /** Keeps a server until the case ends. */
  use(server) {
    this.#servers.push(server);
    return server;
  }

  find(oracle, what, command = '') {
    this.findings.push({ kind: this.kind, subject: this.subject, oracle, what, command });
  }

  /**
   * Runs `embed …args` in `work`, and lets the oracles look.
   * @param options `env`; `input`; `late`: a run that takes longer than usual is a fault (default: true);
   *   `verify`: a run that says 0 must leave a whole output (default: true); `url` of the Ollama;
   *   `hidden`: paths that may change, beside the output; `agents`: standard output is for a program, line by line; `mayMake`: new files are no fault; `drive`: see watch.js; `obeyMs`; `memoryBytes`
   */
  async embed(args, options = {}) {
    const { scale, cli, ollama } = this.#session;
    const [command] = args;
    const server = ['ingest', 'search', 'bench', 'doctor', 'serve', 'eval', 'mcp', 'worker'].includes(
      command,
    );
    const url = options.url ?? ollama.url;
    // A setting of the file or an argument may be what is tried: the environment is the weakest way to name it.
    const env = { PATH: process.env.PATH, HOME: this.path('home'), GITHUB_ACTIONS: 'true', ...options.env };
    if (server && options.url !== null)
      Object.assign(env, { OLLAMA_HOST: url, OLLAMA_EMBEDDING_MODEL: ollama.model });
    const hidden = ['home', 'work/embeddings', ...(options.hidden ?? [])];
    this.#before ??= lookAt(this.root, hidden);
    const usual = 12_000 * scale;
    const early = options.stops !== false && this.random.chance(stops);
    const seen = await watch(process.execPath, [cli, ...args], {
      cwd: this.path('work'),
      env,
      input: options.input,
      stopMs: early ? this.random.int(100, 3000) * scale : (options.stopMs ?? usual),
      obeyMs: (options.obeyMs ?? 2000) * scale,
      memoryBytes: options.memoryBytes ?? memoryBytes,
      drive: options.drive,
    });
    const line = `embed ${args.join(' ')}`;
    const asked = {
      command,
      json: args.includes('--json'),
      agents: options.agents,
      texts: command === 'get' || command === 'chunks' || args.includes('csv') || args.includes('md'),
      late: !early && options.late !== false && !options.drive,
    };
    for (const [oracle, what] of judge(seen, asked)) this.find(oracle, what, line);
    const changed = difference(this.#before, lookAt(this.root, hidden));
    if (changed !== undefined && !(options.mayMake && changed.startsWith('made '))) {
      this.find('victims', `${changed}, exit ${seen.code}`, line);
      this.#before = lookAt(this.root, hidden);
    }
    if (command === 'ingest' && seen.code === 0 && options.verify !== false && !args.includes('--dry-run')) {
      await this.#mustBeWhole(line);
    }
    return { ...seen, stdout: seen.stdout.toString(), stderr: seen.stderr.toString() };
  }

  async #mustBeWhole(line) {
    const { scale, cli } = this.#session;
    const seen = await watch(process.execPath, [cli, 'verify'], {
      cwd: this.path('work'),
      env: { PATH: process.env.PATH, HOME: this.path('home') },
      stopMs: 12_000 * scale,
      obeyMs: 2000 * scale,
      memoryBytes: memoryBytes,
    });
    if (seen.code !== 0) {
      this.find(
        'verify',
        `exit ${seen.code} behind an exit 0: ${JSON.stringify(seen.stdout.toString().slice(0, 160))}`,
        line,
      );
    }
  }

  /** @param keep leave the folder where it is */
  async end(keep) {
    for (const server of this.#servers) await server.stop();
    if (!keep) rmSync(this.root, { recursive: true, force: true });
  }
}
