// Spawns the real command line in a folder of its own, with an environment that holds nothing but what is given.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoted } from '../../src/text/plural.js';

export const bin = fileURLToPath(new URL('../../bin/embed.js', import.meta.url));
const warmCli = fileURLToPath(new URL('warm-cli.mjs', import.meta.url));
export const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd: string;
  env?: Record<string, string>;
  stdin?: string;
}

export interface RunningCli {
  child: ChildProcess;
  done: Promise<CliResult>;
}

/** A folder for one test, with a home of its own inside. */
export interface Workspace {
  dir: string;
  /** Runs `embed …args` in `dir` to its end, in a process of its own. */
  embed(args: string[], options?: Partial<CliOptions>): Promise<CliResult>;
  /** Starts `embed …args` in `dir`. */
  start(args: string[], options?: Partial<CliOptions>): RunningCli;
  /** The same on a terminal (util-linux's `script`), whose input stays open; all it shows is in `stdout`. */
  terminal(args: string[], options?: Partial<CliOptions>): RunningCli;
  remove(): void;
}

export function makeWorkspace(): Workspace {
  const dir = mkdtempSync(join(tmpdir(), 'embed-test-'));
  const start = (args: string[], options: Partial<CliOptions> = {}) =>
    startCli(args, { cwd: dir, ...options });
  return {
    dir,
    start,
    terminal: (args, options = {}) => {
      const words = [process.execPath, bin, ...args].map(quoted).join(' ');
      return run('script', ['-qec', words, '/dev/null'], { cwd: dir, ...options }, 'open');
    },
    embed: (args, options) => start(args, options).done,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/**
 * The same, but commands run one after the other in one process that has the program loaded, which takes a fraction of the
 * time: for tests of what commands say and leave. How a process starts and ends is for `test/cli`. What is started, and
 * what reads standard input, has a process of its own here, too.
 */
export function makeWarmWorkspace(): Workspace {
  const workspace = makeWorkspace();
  return {
    ...workspace,
    embed: (args, options = {}) =>
      options.stdin === undefined && !readAtStart.some((name) => options.env?.[name] !== undefined)
        ? runWarm(args, { cwd: workspace.dir, ...options })
        : workspace.embed(args, options),
  };
}

/** Variables that a process reads once. */
const readAtStart = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'FORCE_COLOR', 'NO_COLOR'];

interface WarmResult extends Omit<CliResult, 'signal'> {
  /** The process ends with it. */
  isLast?: boolean;
}

/** Processes that have the program loaded: they end with this one. */
const warm = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of warm) child.kill('SIGKILL');
});
/** Those that wait for a command. */
const idle: ChildProcess[] = [];
/** What was written to a process's streams past the program, since its last command. */
const past = new WeakMap<ChildProcess, string>();

async function runWarm(args: string[], options: CliOptions): Promise<CliResult> {
  const child = idle.pop() ?? (await startWarm());
  const { isLast, ...result } = await new Promise<WarmResult>((resolve, reject) => {
    const ended = (code: number | null, signal: NodeJS.Signals | null) =>
      reject(new Error(`the process for "embed ${args.join(' ')}" ended with ${code ?? signal}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as WarmResult);
    });
    child.send({ args, cwd: options.cwd, env: environmentOf(options) });
  });
  if (!isLast) idle.push(child);
  const stderr = result.stderr + (past.get(child) ?? '');
  past.delete(child);
  return { ...result, stderr, signal: null };
}

/** Loads the program where no process has it yet: a set-up that takes a busy machine most of the time that a test has. */
export async function warmUp(): Promise<void> {
  if (idle.length === 0) idle.push(await startWarm());
}

async function startWarm(): Promise<ChildProcess> {
  const child = fork(warmCli, {
    execArgv: [],
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.unref();
  warm.add(child);
  child.once('exit', () => warm.delete(child));
  // What Node or a library writes past the program.
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => past.set(child, (past.get(child) ?? '') + part));
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', resolve);
  });
  return child;
}

function startCli(args: string[], options: CliOptions): RunningCli {
  return run(process.execPath, [bin, ...args], options);
}

const environmentOf = ({ cwd, env }: CliOptions) => ({
  PATH: process.env.PATH ?? '',
  HOME: join(cwd, '.home'),
  ...env,
});

function run(program: string, args: string[], options: CliOptions, stdin?: 'open'): RunningCli {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  child.stdin?.on('error', () => undefined);
  if (stdin !== 'open') child.stdin?.end(options.stdin ?? '');
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return { child, done };
}
