import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseIndexAddress, shownIndex } from '../../src/net/index-address.js';

test.each([
  ['./notes-index', { name: 'notes-index', address: './notes-index', isFolder: true }],
  ['notes=./x', { name: 'notes', address: './x', isFolder: true }],
  // The usual name of an output says nothing: its parent does.
  ['a/embeddings', { name: 'a', address: 'a/embeddings', isFolder: true }],
  ['/home/me/docs/embeddings/', { name: 'docs', address: '/home/me/docs/embeddings/', isFolder: true }],
  ['./a=b', { name: 'a=b', address: './a=b', isFolder: true }],
  ['C:\\docs\\x', { name: expect.any(String), address: 'C:\\docs\\x', isFolder: true }],
  ['postgres://me:secret@db/docs?table=t', { name: 'docs', isFolder: false }],
  ['d=qdrant://host/texts', { name: 'd', address: 'qdrant://host/texts', isFolder: false }],
  ['qdrant://host/texts', { name: 'texts', isFolder: false }],
  ['parquet:./out/chunks.parquet', { name: 'chunks.parquet', isFolder: false }],
  ['lancedb:./lance', { name: 'lance', isFolder: false }],
  ['postgres:', { name: 'postgres', isFolder: false }],
  ['größe=./x', { name: 'größe', address: './x', isFolder: true }],
])('%s', (written, parts) => {
  expect(parseIndexAddress(written)).toMatchObject(parts);
});

test.each(['', 'notes=', 'http://host/x', 'notes=redis://host', 'mysql://host/db'])(
  '%j is none',
  (written) => {
    expect(parseIndexAddress(written)).toBeUndefined();
  },
);

test('a name is short, and begins with a letter: else it is a part of the path', () => {
  const long = 'x'.repeat(100);
  expect(parseIndexAddress(`${long}=./y`)).toMatchObject({ address: `${long}=./y` });
  expect(parseIndexAddress('.=./y')).toMatchObject({ address: '.=./y' });
  expect(parseIndexAddress('.')?.name).toBe(resolve('.').split('/').at(-1));
});

test('is shown without its password', () => {
  expect(shownIndex('docs=postgres://me:secret@db/docs')).toBe('docs=postgres://me:****@db/docs');
  expect(shownIndex('./x')).toBe('./x');
});
