// Documents without text: a scan is a failure that names the remedy, a blank document is counted and never fails.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtures } from '../helpers/cli.js';
import { readOutput } from '../helpers/output.js';
import { ingest, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const text = 'docs/text.md';

test('a scan is a failure, and the message names the remedy', async () => {
  const pages = readFileSync(join(fixtures, 'formats/scan.pdf'));
  const locked = readFileSync(join(fixtures, 'formats/locked.pdf'));
  writeFiles(workspace.dir, { [text]: 'Words.\n', 'docs/scan.pdf': pages, 'docs/locked.pdf': locked });
  const result = await ingest('docs');
  expect(result.code).toBe(3);
  expect(result.stderr).toContain('1 new, 0 changed, 0 unchanged, 0 removed, 2 failed\n');
  expect(result.stderr).toMatch(/failed: docs\/scan\.pdf \(no-text: .*`ocrmypdf/);
  expect(result.stderr).toMatch(/failed: docs\/locked\.pdf \(encrypted: .*`qpdf --decrypt/);
  const lines = readFileSync(join(out, 'failures.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { source: 'docs/locked.pdf', code: 'encrypted' },
    { source: 'docs/scan.pdf', code: 'no-text' },
  ]);
});

test('blank documents have no rows, are counted, and never fail', async () => {
  const blank = ['docx', 'epub', 'odp', 'ods', 'odt', 'pdf', 'pptx', 'xlsx'].map(
    (ending): [string, Buffer] => [
      `docs/blank.${ending}`,
      readFileSync(join(fixtures, `formats/blank.${ending}`)),
    ],
  );
  const others = {
    'docs/empty.md': '',
    'docs/space.txt': ' \n\t\u00a0\n',
    'docs/mark.txt': '\ufeff\n',
    'docs/front.md': '---\ntitle: Only this\n---\n',
    'docs/front-toml.md': '+++\ntitle = "Only this"\n+++\n',
    'docs/object.json': '{}',
    'docs/list.json': '[]',
    'docs/nested.json': '{"a": {}, "b": [], "c": null}',
    'docs/page.html': '<!doctype html><html><head><title></title></head><body> <p></p></body></html>',
    'docs/records.jsonl': '{"id":"none"}\n{"id":"empty","text":""}\n',
    'docs/rows.csv': 'name,text\n',
    'docs/book.ipynb': '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}',
    'docs/subtitles.srt': '\n',
    'docs/code.py': '\n\n',
  };
  writeFiles(workspace.dir, { [text]: 'Words.\n', ...Object.fromEntries(blank), ...others });
  const files = blank.length + Object.keys(others).length;
  const first = await ingest('docs', '--json');
  const { documents, failures, chunks } = summaryOf(first);
  expect({ code: first.code, failures, total: chunks.total }).toEqual({ code: 0, failures: [], total: 1 });
  expect(readOutput(out).sources).toEqual([text]);
  // One file has two records; files of records without any count, too.
  expect(documents).toMatchObject({ blank: files + 1, new: files + 2 });
  const next = await ingest('docs');
  expect(next.stderr).toContain(
    `${documents.new} unchanged, 0 removed, 0 failed; ${documents.blank} of them without text`,
  );
});
