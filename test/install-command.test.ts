// The command that adds an optional package, as this program was installed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { installCommand } from '../src/package.js';

test('beside a project, a global package and npx, it is the one that is found then', () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-install-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const within = (place: string) => {
    const root = join(folder, place, 'node_modules/embed-ingest');
    mkdirSync(root, { recursive: true });
    return root;
  };
  const projects = [within('project'), within('.npm/_npx/0a1b')];
  for (const place of ['project', '.npm/_npx/0a1b']) writeFileSync(join(folder, place, 'package.json'), '{}');
  const roots = [...projects, within('lib')];
  expect(roots.map((root) => installCommand(['lmdb@3.5.6'], root))).toEqual([
    'npm i lmdb@3.5.6',
    'npx -p embed-ingest -p lmdb@3.5.6 embed …',
    'npm i -g lmdb@3.5.6',
  ]);
  expect(installCommand(['a', 'b'], folder)).toBe('npm i a b');
});
