// The page of a measurement in a real browser: it fits a phone, and prints whole.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getDocumentProxy } from 'unpdf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pageOf } from '../../../src/bench/report/page.js';
import { browserAvailable, browserFlags, findBrowser } from '../../helpers/browser.js';
import { sampleReport } from '../sample-report.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

async function browse(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(findBrowser()!, [
    ...browserFlags(join(folder, 'profile')),
    '--allow-file-access-from-files',
    ...words,
  ]);
  return stdout;
}

describe.skipIf(!browserAvailable)('a page', () => {
  test('fits a phone: nothing but tables is wider, and charts have names above their bars', async () => {
    writeFileSync(join(folder, 'page.html'), pageOf(sampleReport()));
    writeFileSync(
      join(folder, 'phone.html'),
      `<body><iframe src="page.html" style="width:390px;height:2000px;border:0"></iframe><script>
        onload = () => {
          const { document: page } = frames[0];
          const { width } = page.documentElement.getBoundingClientRect();
          const shown = [...page.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0);
          const texts = shown.flatMap((svg) => [...svg.querySelectorAll('text')]);
          document.body.innerText = JSON.stringify({
            width, scrolled: page.documentElement.scrollWidth,
            charts: shown.length,
            cut: texts.filter((text) => text.getBoundingClientRect().right > width).length,
            smallest: Math.min(...texts.map((text) => text.getBoundingClientRect().height)),
          });
        };
      </script></body>`,
    );
    const dom = await browse('--dump-dom', `file://${folder}/phone.html`);
    const seen = JSON.parse(/\{"width".*?\}/.exec(dom)![0]);
    // Beside its scroll bar.
    expect(seen).toMatchObject({ scrolled: seen.width, charts: 3, cut: 0 });
    expect(seen.width).toBeLessThanOrEqual(390);
    // As high as letters that can be read.
    expect(seen.smallest).toBeGreaterThan(10);
  });

  test('prints whole: all columns of its tables are on the paper', async () => {
    writeFileSync(join(folder, 'page.html'), pageOf(sampleReport()));
    const pdf = join(folder, 'page.pdf');
    await browse(`--print-to-pdf=${pdf}`, '--no-pdf-header-footer', `file://${folder}/page.html`);
    const document = await getDocumentProxy(new Uint8Array(readFileSync(pdf)));
    let columns = 0;
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { width } = page.getViewport({ scale: 1 });
      for (const item of (await page.getTextContent()).items) {
        if (!('str' in item) || item.str.trim() === '') continue;
        expect(item.transform[4] + item.width, item.str).toBeLessThan(width);
        if (/^(cache )?hits$/.test(item.str)) columns++;
      }
    }
    expect(columns).toBe(2);
  });
});
