// The Python that the examples are tried with: the interpreter that EMBED_TEST_PYTHON names, else python3, else the one
// that the set-up made in CI. Where no one has the modules, tests say so and are skipped.
import { execFile, spawnSync } from 'node:child_process';
import { lightRagPython } from '../helpers/lightrag.js';

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
  const candidates = [named, lightRagPython()].filter((one) => one !== undefined);
  const look = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ${JSON.stringify(modules)})))`;
  const interpreter = candidates.find((one) => spawnSync(one, ['-c', look]).status === 0);
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
        execFile(interpreter ?? named, [...args], options, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') reject(error);
          else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
        });
      }),
  };
}

/**
 * A notebook without Jupyter: each code cell is executed with what the earlier ones left, and may await, as there.
 * @returns what `run` takes
 */
export function runNotebook(file: string): string[] {
  return ['-c', runner, file];
}

const runner = `
import ast, asyncio, inspect, json, sys
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
world = {"__name__": "__main__"}
async def main():
    for cell in cells:
        if cell["cell_type"] == "code":
            print(f"--- {cell['id']}")
            code = compile("".join(cell["source"]), cell["id"], "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            awaited = eval(code, world)
            if inspect.iscoroutine(awaited):
                await awaited
asyncio.run(main())
`;
