// The Python that the examples are tried with: the interpreter that EMBED_TEST_PYTHON names, else python3. Tests
// install nothing; where the modules aren't there, they say so and are skipped.
import { execFile, spawnSync } from 'node:child_process';

export interface PythonResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Python {
  /** Undefined where the modules can't be imported. */
  readonly interpreter: string | undefined;
  run(args: readonly string[], options: { cwd: string; env?: Record<string, string> }): Promise<PythonResult>;
}

/** Finds the interpreter, and says aloud when one of `modules` is missing. */
export function findPython(what: string, modules: readonly string[]): Python {
  const named = process.env.EMBED_TEST_PYTHON || 'python3';
  const look = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ${JSON.stringify(modules)})))`;
  const interpreter = spawnSync(named, ['-c', look]).status === 0 ? named : undefined;
  if (interpreter === undefined) {
    const missing = `${named} with ${modules.join(', ')} is not here (EMBED_TEST_PYTHON names an interpreter)`;
    console.warn(`\n*** ${what.toUpperCase()} IS SKIPPED: ${missing}. ***\n`);
  }
  return {
    interpreter,
    run: (args, { cwd, env }) =>
      new Promise((resolve, reject) => {
        const home = { PATH: process.env.PATH ?? '', HOME: cwd, NO_PROXY: '127.0.0.1' };
        const options = { cwd, env: { ...home, ...env }, maxBuffer: 64 * 1024 * 1024 };
        execFile(named, [...args], options, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') reject(error);
          else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
        });
      }),
  };
}
