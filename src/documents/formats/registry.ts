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
    version: 1,
    keeps: 'text, headings, tables, code, front matter',
    load: async () => (await import('./markup/markdown.js')).extract,
  },
  {
    name: 'text',
    title: 'plain text',
    extensions: ['.txt', '.text', '.log', '.tex'],
    names: ['readme', 'license', 'licence', 'copying', 'notice', 'authors', 'changelog', 'news', 'todo'],
    version: 1,
    keeps: 'text',
    load: async () => (await import('./text/text.js')).extract,
  },
  {
    name: 'html',
    title: 'HTML',
    extensions: ['.html', '.htm', '.xhtml', '.svg'],
    version: 1,
    keeps: 'text, headings, tables, code',
    load: async () => (await import('./markup/html.js')).extract,
  },
  {
    name: 'rst',
    title: 'reStructuredText',
    extensions: ['.rst', '.rest'],
    version: 1,
    keeps: 'text, headings, tables, code',
    load: async () => (await import('./markup/rst.js')).extract,
  },
  {
    name: 'asciidoc',
    title: 'AsciiDoc',
    extensions: ['.adoc', '.asciidoc'],
    version: 1,
    keeps: 'text, headings, tables, code; no comments and settings',
    load: async () => (await import('./markup/asciidoc.js')).extract,
  },
  {
    name: 'org',
    title: 'Org',
    extensions: ['.org'],
    version: 1,
    keeps: 'text, headings, tables, code; no drawers and settings',
    load: async () => (await import('./markup/org.js')).extract,
  },
  {
    name: 'subtitles',
    title: 'SRT and VTT subtitles',
    extensions: ['.srt', '.vtt'],
    version: 1,
    keeps: 'what is said, without times',
    load: async () => (await import('./text/subtitles.js')).extract,
  },
  {
    name: 'json',
    title: 'JSON',
    extensions: ['.json', '.json5', '.jsonc', '.geojson', '.webmanifest'],
    version: 1,
    keeps: 'strings with their keys; records of a list, one document each',
    load: async () => (await import('./data/json.js')).extract,
  },
  {
    name: 'jsonl',
    title: 'JSON Lines',
    extensions: ['.jsonl', '.ndjson'],
    version: 1,
    keeps: 'one document for each line',
    load: async () => (await import('./data/jsonl.js')).extract,
  },
  {
    name: 'csv',
    title: 'CSV and TSV',
    extensions: ['.csv', '.tsv', '.tab'],
    version: 1,
    keeps: 'one document for each row, with the names of its columns',
    load: async () => (await import('./data/csv.js')).extract,
  },
  {
    name: 'notebook',
    title: 'Jupyter notebook',
    extensions: ['.ipynb'],
    version: 1,
    keeps: 'cells, and text that they printed',
    load: async () => (await import('./data/notebook.js')).extract,
  },
  {
    name: 'pdf',
    title: 'PDF',
    extensions: ['.pdf'],
    version: 2,
    keeps: 'text, headings, pages, values of forms, notes; no running heads and page numbers',
    isBinary: true,
    isApart: true,
    load: async () => (await import('./office/pdf.js')).extract,
  },
  {
    name: 'docx',
    title: 'Word (DOCX)',
    extensions: ['.docx', '.docm', '.dotx', '.dotm'],
    version: 2,
    keeps:
      'text without deleted or hidden parts, headings, numbered lists, tables, code, formulas, text boxes, notes, comments; headers and footers once',
    isBinary: true,
    isApart: true,
    load: async () => (await import('./office/docx.js')).extract,
  },
  {
    name: 'pptx',
    title: 'PowerPoint (PPTX)',
    extensions: ['.pptx', '.pptm', '.ppsx', '.ppsm', '.potx', '.potm'],
    version: 1,
    keeps: 'slides under their titles: text, lists, tables, charts, notes, comments',
    isBinary: true,
    isApart: true,
    load: async () => (await import('./office/pptx.js')).extract,
  },
  {
    name: 'xlsx',
    title: 'Excel (XLSX)',
    extensions: ['.xlsx', '.xlsm', '.xltx', '.xltm'],
    version: 1,
    keeps:
      'sheets under their names: cells as they are shown, results of formulas, charts, text boxes, comments',
    isBinary: true,
    isApart: true,
    load: async () => (await import('./office/xlsx.js')).extract,
  },
  {
    name: 'rtf',
    title: 'RTF',
    extensions: ['.rtf'],
    version: 1,
    keeps:
      'text without hidden and deleted parts, headings, lists, tables, notes, comments; headers and footers once',
    load: async () => (await import('./office/rtf.js')).extract,
  },
  {
    name: 'eml',
    title: 'mail (EML)',
    extensions: ['.eml', '.emlx'],
    version: 1,
    keeps: 'the text under its subject, who wrote it when, and attachments of the formats in this list',
    isApart: true,
    load: async () => (await import('./mail/eml.js')).extract,
  },
  {
    name: 'mbox',
    title: 'mailbox (MBOX)',
    extensions: ['.mbox', '.mbx'],
    version: 1,
    keeps: 'one document for each mail',
    isApart: true,
    load: async () => (await import('./mail/mbox.js')).extract,
  },
  {
    name: 'mhtml',
    title: 'saved web page (MHTML)',
    extensions: ['.mhtml', '.mht'],
    version: 1,
    keeps: 'text, headings, tables, code',
    isApart: true,
    load: async () => (await import('./mail/mhtml.js')).extract,
  },
  {
    name: 'code',
    title: 'source code',
    extensions: languages.flatMap((language) => language.extensions),
    names: languages.flatMap((language) => language.names ?? []),
    version: 1,
    keeps: 'code, with the names of classes and functions as headings',
    load: async () => (await import('./text/code.js')).extract,
  },
] as const satisfies readonly Format[];

export type FormatName = (typeof allFormats)[number]['name'];

const byName = new Map<FormatName, Format>(allFormats.map((format) => [format.name, format]));

export function formatNamed(name: FormatName): Format {
  return byName.get(name)!;
}
