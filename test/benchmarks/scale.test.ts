// The tables of docs/scale.md are those that the simulation prints.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

test('the tables of docs/scale.md are what benchmarks/scale.js prints', () => {
  const printed = execFileSync(process.execPath, [path('benchmarks/scale.js')], { encoding: 'utf8' });
  const tables = printed.trim().split('\n\n');
  expect(tables).toHaveLength(3);
  const page = readFileSync(path('docs/scale.md'), 'utf8');
  for (const table of tables) expect(page).toContain(table);
});
