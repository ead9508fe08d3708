// Makes `dist/program` of the modules of the command line: the same program in fewer files, as opening and compiling several
// hundred modules is an eighth of the work of a short run. What is loaded later stays in files of its own; packages stay outside. The library
// and the worker processes keep their modules. A step of the build. `node scripts/bundle.js DIST` does it for another `dist`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = resolve(process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url)));
const program = join(dist, 'program');

/** Lets each module see the address that it has without the bundle: it finds files and starts workers by that. */
const addresses = {
  name: 'addresses',
  setup(bundle) {
    bundle.onLoad({ filter: /\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta.url')) return undefined;
      const place = JSON.stringify(relative(program, path).split(sep).join('/'));
      const address = `new URL(${place}, import.meta.url).href`;
      return { contents: code.replaceAll('import.meta.url', address), resolveDir: dirname(path) };
    });
  },
};

/** An export that can be named. */
const named = /^(?!default$)[A-Za-z_$][\w$]*$/;

/**
 * Loads packages of CommonJS by `require`. Before an `import` of such a one, Node reads its files for the names that it exports,
 * which takes ioredis half as long again. The names are found here; those that nobody takes are left out.
 */
const required = {
  name: 'required',
  setup(bundle) {
    const namespace = 'required';
    bundle.onResolve({ filter: /^(?:commander|fast-glob|ioredis)$/ }, ({ path }) => ({ path, namespace }));
    bundle.onLoad({ filter: /./, namespace }, ({ path }) => {
      const names = Object.keys(createRequire(import.meta.url)(path)).filter((name) => named.test(name));
      const lines = [
        "import { createRequire } from 'node:module';",
        `const all = createRequire(import.meta.url)('${path}');`,
        'export default all;',
        ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => all.${name})();`),
      ];
      return { contents: lines.join('\n') };
    });
  },
};

rmSync(program, { recursive: true, force: true });
const { outputFiles } = await build({
  entryPoints: [join(dist, 'cli/main.js')],
  outdir: program,
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.11',
  sourcemap: true,
  sourcesContent: false,
  plugins: [addresses, required],
  write: false,
});

/** esbuild renames what has the name of something else in its file, and an error tells its class by name. */
const renamed = /\bvar \w+Error\d+ = class\b|\bclass _\w+Error\b/;

/**
 * What esbuild writes so that files run in the order of the modules, even where they take nothing of each other. No module counts on
 * that, and two of five imports are such.
 */
const forOrder = /^import "\.\/[\w-]+\.js";$/gm;

mkdirSync(program);
for (const { path, contents, text } of outputFiles) {
  if (!path.endsWith('.js')) {
    writeFileSync(path, contents);
    continue;
  }
  const [found] = renamed.exec(text) ?? [];
  if (found !== undefined)
    throw new Error(`"${found}" in the bundle has lost its name: give the class another one.`);
  // Lines stay where the source maps say.
  writeFileSync(path, text.replace(forOrder, ''));
}
