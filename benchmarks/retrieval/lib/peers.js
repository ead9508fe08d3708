// The chunks of LangChain.js and LlamaIndex.TS, from the text that their own loaders give.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpora, corpusFiles, corpusFolder } from './corpora.js';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** Installs both beside these scripts, unless that was done before. */
export function installPeers() {
  if (existsSync(join(folder, 'node_modules/@llamaindex/readers'))) return;
  console.error('Installing LangChain.js and LlamaIndex.TS in benchmarks/retrieval …');
  const args = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error || status !== 0) throw error ?? new Error('npm could not install the packages.');
}

/** @param texts source → text; by default what LangChain.js' loaders give */
export async function langchainRows(options, texts) {
  const { RecursiveCharacterTextSplitter } = await import('@langchain/textsplitters');
  const splitter = new RecursiveCharacterTextSplitter(options);
  const rows = [];
  for (const [source, text] of texts ?? (await langchainTexts()))
    for (const chunk of await splitter.splitText(text)) rows.push({ source, text: chunk });
  return rows;
}

/** TextLoader gives Markdown and reStructuredText as they are. */
async function langchainTexts() {
  return Promise.all(
    files().map(async ([source, bytes]) => [
      source,
      source.endsWith('.html') ? await htmlText(bytes) : bytes.toString('utf8'),
    ]),
  );
}

/**
 * What LangChain.js' HtmlToTextTransformer does: a call of html-to-text without options. The one of its ways to read
 * HTML that needs no service, no browser and no knowledge of the pages.
 */
async function htmlText(bytes) {
  const { htmlToText } = await import('html-to-text');
  return htmlToText(bytes.toString('utf8'), {});
}

/** @param texts source → text; by default what LlamaIndex.TS' readers give */
export async function llamaindexRows(options, texts) {
  const { SentenceSplitter } = await import('@llamaindex/core/node-parser');
  const { Document } = await import('@llamaindex/core/schema');
  const splitter = new SentenceSplitter(options);
  const rows = [];
  const documents = texts ? [...texts].map(([source, text]) => [source, [text]]) : await llamaindexTexts();
  for (const [source, parts] of documents) {
    // What SimpleDirectoryReader adds; its index embeds that with the text.
    const metadata = { file_path: `/corpora/${source}`, file_name: basename(source) };
    for (const text of parts) {
      for (const node of splitter.getNodesFromDocuments([new Document({ text, metadata })])) {
        if (node.text.trim() !== '')
          rows.push({ source, text: node.text, embedded: node.getContent('EMBED') });
      }
    }
  }
  return rows;
}

/**
 * SimpleDirectoryReader's choice of readers, but for HTML: its HTMLReader takes more than a minute for a page of 200 kB,
 * and the time grows with the square of the length or more.
 */
async function llamaindexTexts() {
  const { MarkdownReader } = await import('@llamaindex/readers/markdown');
  const { TextFileReader } = await import('@llamaindex/readers/text');
  const readers = { md: new MarkdownReader(), rst: new TextFileReader() };
  const texts = [];
  for (const [source, bytes] of files()) {
    const reader = readers[source.slice(source.lastIndexOf('.') + 1)];
    if (reader) {
      const documents = await reader.loadDataAsContent(bytes);
      texts.push([source, documents.map(({ text }) => text)]);
    } else texts.push([source, [await htmlText(bytes)]]);
  }
  return texts;
}

function files() {
  return corpora.flatMap((corpus) =>
    corpusFiles(corpus).map((path) => [
      `${corpus.name}/${path}`,
      readFileSync(join(corpusFolder(corpus), path)),
    ]),
  );
}
