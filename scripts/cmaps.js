// Copies the CMaps of pdfjs-dist, with their licence, to `dist/cmaps`: tables for the fonts of PDFs that name one instead
// of holding it. Left out are the encodings UTF-8 and UTF-32, which no PDF may name.
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = join(dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')), 'cmaps');
const to = fileURLToPath(new URL('../dist/cmaps', import.meta.url));

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from)) {
  if (!/UTF(?:8|32)/.test(name)) cpSync(join(from, name), join(to, name));
}
