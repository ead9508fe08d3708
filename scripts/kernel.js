// Compiles src/output/format/kernel/sums.as (AssemblyScript) into compiled.ts beside it: `npm run kernel`, after a change.
// What is compiled is kept, so that neither a build nor a user needs the compiler.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/output/format/kernel/', import.meta.url));
const source = readFileSync(join(folder, 'sums.as'));
const work = mkdtempSync(join(tmpdir(), 'embed-kernel-'));
try {
  writeFileSync(join(work, 'sums.ts'), source);
  const flags = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '4', '--noAssert'];
  const { status } = spawnSync(
    'npx',
    ['--yes', '--package', 'assemblyscript@0.28.20', 'asc', 'sums.ts', ...flags, '--outFile', 'sums.wasm'],
    { cwd: work, stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`the compiler ended with ${status}`);
  const base64 = readFileSync(join(work, 'sums.wasm')).toString('base64');
  const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
  writeFileSync(
    join(folder, 'compiled.ts'),
    `// Made by \`npm run kernel\` from sums.as: not written by hand.

/** SHA-256 of sums.as. */
export const compiledFrom = '${createHash('sha256').update(source).digest('hex')}';

/** The WebAssembly, in base64. */
export const compiled =
${lines.join(' +\n')};
`,
  );
} finally {
  rmSync(work, { recursive: true });
}
