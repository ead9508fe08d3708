// Fonts that name a CMap instead of holding it, in the encodings of four scripts, across and down the page.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentOf } from '../../../structure.js';
import { cidFont, pdfFile } from './made-pdf.js';

const folder = new URL('../../../../../dist/cmaps/', import.meta.url);

test.each([
  ['GBK-EUC-H', 'GB1', 'b5c6cbfe', '灯塔'],
  ['GB-EUC-V', 'GB1', 'b5c6cbfe', '灯塔'],
  ['UniGB-UCS2-H', 'GB1', '706f5854', '灯塔'],
  ['UniGB-UTF16-V', 'GB1', '706f5854', '灯塔'],
  ['ETen-B5-H', 'CNS1', 'bf4fb6f0', '燈塔'],
  ['UniCNS-UTF16-H', 'CNS1', '71c85854', '燈塔'],
  ['90ms-RKSJ-H', 'Japan1', '939491e4', '灯台'],
  ['90ms-RKSJ-V', 'Japan1', '939491e4', '灯台'],
  ['EUC-H', 'Japan1', 'c5f4c2e6', '灯台'],
  ['UniJIS-UTF16-H', 'Japan1', '706f53f0', '灯台'],
  ['KSCms-UHC-H', 'Korea1', 'b5eeb4eb', '등대'],
  ['UniKS-UCS2-V', 'Korea1', 'b4f1b300', '등대'],
])('%s', async (name, ordering, code, text) => {
  const bytes = pdfFile(cidFont(name, ordering), `BT /F 12 Tf 72 700 Td <${code}> Tj ET`);
  expect((await documentOf(bytes, 'a.pdf')).text).toBe(text);
});

test('a font that names another file as its CMap reads nothing of it', async () => {
  for (const name of ['..#2fREADME', '#2fetc#2fpasswd', 'UniGB-UTF32-H']) {
    const font = cidFont(name, 'GB1');
    const bytes = pdfFile(font, 'BT /F 12 Tf 72 700 Td <706f5854> Tj ET');
    expect((await documentOf(bytes, 'a.pdf')).text).toBe('');
  }
});

test('the licence is beside them', () => {
  expect(readFileSync(new URL('LICENSE', folder), 'utf8')).toContain('Redistribution and use');
});
