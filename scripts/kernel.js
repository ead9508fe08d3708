// Compiles the kernels, in AssemblyScript, into the compiled.ts beside each: `npm run kernel [-- PART_OF_A_PATH]`, after a change. What is
// compiled is kept, so that neither a build nor a user needs the compiler.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Each with the pages of memory that it starts with, and whether that is another kernel's. */
const kernels = [
  { source: 'src/output/format/kernel/sums.as', pages: 4 },
  { source: 'src/vectors/kernel/decimals.as', pages: 9 },
  { source: 'src/text/json-kernel/escape.as', pages: 5 },
  { source: 'src/tokens/kernel/words.as', pages: 18 },
  { source: 'src/tokens/estimate-kernel/estimate.as', pages: 10 },
  { source: 'src/tokens/vocabulary-kernel/trie.as', pages: 1 },
  { source: 'src/chunks/kernel/split.as', pages: 1, shares: true },
  { source: 'src/search/kernel/scores.as', pages: 1 },
];

const wanted = process.argv.slice(2);
for (const { source, pages, shares } of kernels.filter(
  ({ source }) => wanted.length === 0 || wanted.some((part) => source.includes(part)),
))
  compile(fileURLToPath(new URL(`../${source}`, import.meta.url)), pages, shares);

/** @param path of the main one of the sources in a folder, which may import the others */
function compile(path, pages, shares = false) {
  const folder = dirname(path);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.as'))
    .sort();
  const name = basename(path);
  const sum = createHash('sha256');
  const work = mkdtempSync(join(tmpdir(), 'embed-kernel-'));
  try {
    for (const source of sources) {
      const text = readFileSync(join(folder, source));
      sum.update(text);
      writeFileSync(join(work, source.replace(/\.as$/, '.ts')), text);
    }
    const flags = [
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--noAssert',
      '--initialMemory',
      String(pages),
      ...(shares ? ['--importMemory'] : []),
    ];
    const { status } = spawnSync(
      'npx',
      [
        ...['--yes', '--package', 'assemblyscript@0.28.20'],
        ...['asc', name.replace(/\.as$/, '.ts'), ...flags, '--outFile', 'kernel.wasm'],
      ],
      { cwd: work, stdio: 'inherit' },
    );
    if (status !== 0) throw new Error(`the compiler ended with ${status}`);
    const base64 = readFileSync(join(work, 'kernel.wasm')).toString('base64');
    const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
    const origin = sources.length === 1 ? name : 'the .as files beside it, one after the other by name';
    writeFileSync(
      join(folder, 'compiled.ts'),
      `// Made by \`npm run kernel\` from ${name}: not written by hand.

/** SHA-256 of ${origin}. */
export const compiledFrom = '${sum.digest('hex')}';

/** The WebAssembly, in base64. */
export const compiled =
${lines.join(' +\n')};
`,
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}
