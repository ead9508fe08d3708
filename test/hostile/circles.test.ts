// Links in a circle, in a folder that is watched with --follow: each is gone through once.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderWatch } from '../../src/documents/watch/folder-watch.js';
import { temporaryFolder } from '../output/sample.js';

test.each([
  ['to its own folder', ['a/link', '.']],
  ['to the folder above', ['a/link', '..']],
  ['that lead to each other', ['a/link', '../b', 'b/link', '../a']],
  ['to itself', ['a/link', 'link']],
])('a link %s', async (_, links) => {
  const folder = await temporaryFolder();
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  for (let at = 0; at < links.length; at += 2) symlinkSync(links[at + 1]!, join(folder, links[at]!));
  const seen = new Set<string>();
  const watch = await FolderWatch.open({
    places: [{ path: folder, isFolder: true }],
    isLeftOut: (path) => {
      seen.add(path);
      return false;
    },
    pollMs: undefined,
    follow: true,
    onChange: () => undefined,
    onExhausted: () => undefined,
  });
  await watch.close();
  expect([...seen].filter((path) => path.split('link').length > 3)).toEqual([]);
});
