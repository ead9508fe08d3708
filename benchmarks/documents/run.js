// Compares what embed reads of real files with what readers that have nothing to do with it give, by format.
//
//   npm run build && node benchmarks/documents/run.js [--only FORMAT] [--details] [--python PYTHON]
//
// Needs pdftotext (poppler-utils), groff, and python3 with python-docx, python-pptx, openpyxl, odfpy, striprtf, beautifulsoup4,
// lxml, docutils and markdown-it-py; for RTF and XLSX also soffice, pandoc, abiword and ssconvert, which save them. files.json
// names the packages and files; they are fetched once.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { extract } from '../../dist/documents/extract.js';
import { compare } from './compare.js';
import { fetchFiles } from './fetch.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    details: { type: 'boolean' },
    python: { type: 'string', default: 'python3' },
  },
});
const reference = fileURLToPath(new URL('reference.py', import.meta.url));
/** Shorter files say nothing. */
const fewestWords = 5;
const table = [];
for (const { format, files, reader } of fetchFiles(console.error, options.only)) {
  const found = [];
  for (const file of files) {
    const { documents } = await extract(readFileSync(file), file);
    const ours = documents.map(({ text }) => text).join('\n');
    const { stdout, stderr, status } = spawnSync(options.python, [reference, format, file], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    if (status !== 0) {
      console.error(`${file}: ${stderr.trim().split('\n').at(-1)}`);
      continue;
    }
    const result = compare(ours, stdout);
    // Files of a library's tests may hold no words.
    if (result.words < fewestWords) continue;
    found.push(result);
    if (options.details) {
      const { words, coverage, order, noise, missing, added } = result;
      console.log(
        `${format} ${file.split('/').slice(-2).join('/')}: ${words} words, ${percent(coverage)}, ${order.toFixed(3)}, ${percent(noise)}`,
      );
      console.log(`  missing: ${missing.slice(0, 25).join(' ')}\n  added: ${added.slice(0, 25).join(' ')}`);
    }
  }
  if (found.length > 0) table.push({ format, reader, found });
}

console.log(
  '| format | files | words | with words of | kept | order | noise | noise without numbers | worst file |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const { format, reader, found } of table) {
  const words = sum(found, 'words');
  const worst = Math.min(...found.map(({ coverage }) => coverage));
  const cells = [
    format,
    found.length,
    words.toLocaleString('en-US'),
    reader,
    percent(sum(found, 'common') / words),
    (sum(found, 'inOrder') / sum(found, 'common')).toFixed(3),
    percent(sum(found, 'extra') / sum(found, 'ours')),
    percent(sum(found, 'extraWords') / sum(found, 'ours')),
    percent(worst),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function sum(results, key) {
  return results.reduce((total, result) => total + result[key], 0);
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}
