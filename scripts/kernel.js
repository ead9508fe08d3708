// Compiles the kernels, in AssemblyScript, into the compiled.ts beside each: `npm run kernel`, after a change. What is
// compiled is kept, so that neither a build nor a user needs the compiler.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Each with the pages of memory that it starts with. */
const kernels = [
  { source: 'src/output/format/kernel/sums.as', pages: 4 },
  { source: 'src/vectors/kernel/decimals.as', pages: 9 },
  { source: 'src/tokens/kernel/words.as', pages: 18 },
  { source: 'src/search/kernel/scores.as', pages: 1 },
];

for (const { source, pages } of kernels)
  compile(fileURLToPath(new URL(`../${source}`, import.meta.url)), pages);

function compile(path, pages) {
  const source = readFileSync(path);
  const work = mkdtempSync(join(tmpdir(), 'embed-kernel-'));
  try {
    writeFileSync(join(work, 'kernel.ts'), source);
    const flags = [
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--noAssert',
      '--initialMemory',
      String(pages),
    ];
    const { status } = spawnSync(
      'npx',
      [
        ...['--yes', '--package', 'assemblyscript@0.28.20'],
        ...['asc', 'kernel.ts', ...flags, '--outFile', 'kernel.wasm'],
      ],
      { cwd: work, stdio: 'inherit' },
    );
    if (status !== 0) throw new Error(`the compiler ended with ${status}`);
    const base64 = readFileSync(join(work, 'kernel.wasm')).toString('base64');
    const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
    const name = path.slice(dirname(path).length + 1);
    writeFileSync(
      join(dirname(path), 'compiled.ts'),
      `// Made by \`npm run kernel\` from ${name}: not written by hand.

/** SHA-256 of ${name}. */
export const compiledFrom = '${createHash('sha256').update(source).digest('hex')}';

/** The WebAssembly, in base64. */
export const compiled =
${lines.join(' +\n')};
`,
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}
