// src/documents/formats: one file per format that can be read, in text/, markup/, data/ and office/.
//
// In: the bytes of a file. Out: documents with blocks. Each implements the interface of format.ts. This file lists all of
// them, one line each, with the file names that they read. The code of a format is loaded at its first file.
import { languages } from '../blocks/code/languages.js';
import type { Format } from './format.js';

export const allFormats = [
  {
    name: 'markdown',
    title: 'Markdown',
    extensions: ['.md', '.markdown', '.mdown', '.mkd', '.mdx'],
    load: async () => (await import('./markup/markdown.js')).extract,
  },
  {
    name: 'text',
    title: 'plain text',
    extensions: ['.txt', '.text', '.log', '.adoc', '.asciidoc', '.org', '.tex'],
    names: ['readme', 'license', 'licence', 'copying', 'notice', 'authors', 'changelog', 'news', 'todo'],
    load: async () => (await import('./text/text.js')).extract,
  },
  {
    name: 'html',
    title: 'HTML',
    extensions: ['.html', '.htm', '.xhtml', '.svg'],
    load: async () => (await import('./markup/html.js')).extract,
  },
  {
    name: 'rst',
    title: 'reStructuredText',
    extensions: ['.rst', '.rest'],
    load: async () => (await import('./markup/rst.js')).extract,
  },
  {
    name: 'json',
    title: 'JSON',
    extensions: ['.json', '.json5', '.jsonc', '.geojson', '.webmanifest'],
    load: async () => (await import('./data/json.js')).extract,
  },
  {
    name: 'jsonl',
    title: 'JSON Lines',
    extensions: ['.jsonl', '.ndjson'],
    load: async () => (await import('./data/jsonl.js')).extract,
  },
  {
    name: 'csv',
    title: 'CSV and TSV',
    extensions: ['.csv', '.tsv', '.tab'],
    load: async () => (await import('./data/csv.js')).extract,
  },
  {
    name: 'notebook',
    title: 'Jupyter notebook',
    extensions: ['.ipynb'],
    load: async () => (await import('./data/notebook.js')).extract,
  },
  {
    name: 'pdf',
    title: 'PDF',
    extensions: ['.pdf'],
    load: async () => (await import('./office/pdf.js')).extract,
  },
  {
    name: 'docx',
    title: 'Word (DOCX)',
    extensions: ['.docx', '.docm'],
    load: async () => (await import('./office/docx.js')).extract,
  },
  {
    name: 'code',
    title: 'source code',
    extensions: languages.flatMap((language) => language.extensions),
    names: languages.flatMap((language) => language.names ?? []),
    load: async () => (await import('./text/code.js')).extract,
  },
] as const satisfies readonly Format[];

export type FormatName = (typeof allFormats)[number]['name'];
