// Spawns the real command line in a folder of its own, with an environment that holds nothing but what is given.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoted } from '../../src/text/plural.js';

export const bin = fileURLToPath(new URL('../../bin/embed.js', import.meta.url));
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
  /** Runs `embed …args` in `dir` to its end. */
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

function startCli(args: string[], options: CliOptions): RunningCli {
  return run(process.execPath, [bin, ...args], options);
}

function run(program: string, args: string[], options: CliOptions, stdin?: 'open'): RunningCli {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: join(options.cwd, '.home'),
      ...options.env,
    },
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
