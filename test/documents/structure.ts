// What the tests of all formats look at: a document's structure in short, and the rules that it must keep.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { extract } from '../../src/documents/extract.js';
import { DocumentError } from '../../src/errors.js';
import type { Document } from '../../src/types/document.js';

const fixtures = new URL('../../fixtures/formats/', import.meta.url);

export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, fixtures));
}

/** The only document of a file with this content. */
export async function documentOf(content: string | Buffer, name: string): Promise<Document> {
  const { documents, failures } = await extract(Buffer.from(content), name);
  expect(failures).toEqual([]);
  expect(documents).toHaveLength(1);
  keepsTheRules(documents[0]!);
  return documents[0]!;
}

/** A line for each block: its line, kind, title and text. */
export function outline(document: Document): string[] {
  return document.blocks.map((block) => {
    const text = document.text.slice(block.start, block.end);
    const ends = block.level === undefined ? '' : ` (<${block.level})`;
    const title = block.title === undefined ? ends : ` (${block.level} ${block.title})`;
    const page = block.page === undefined ? '' : `p${block.page}:`;
    return `${page}${block.line} ${block.kind}${title} ${JSON.stringify(text)}`;
  });
}

/** Blocks are in order, don't overlap, and hold all text that isn't white space. */
export function keepsTheRules({ source, text, blocks }: Document): void {
  let at = 0;
  let line = 1;
  for (const block of blocks) {
    const isOrdered = block.start >= at && (block.page !== undefined || block.line >= line);
    const isTitled =
      block.title === undefined
        ? block.kind !== 'heading'
        : block.level !== undefined && /\S/.test(block.title);
    const isFull = /\S/.test(text.slice(block.start, block.end));
    const isLost = /\S/.test(text.slice(at, block.start));
    // One expectation for each block would take longer than all else.
    if (!isOrdered || !isTitled || !isFull || isLost)
      expect.unreachable(`${source}: ${JSON.stringify(block)}`);
    line = block.line;
    at = block.end;
  }
  expect(text.slice(at).trim()).toBe('');
}

/** The text of the documents, which keep the rules, or the code of the failure. Anything else is thrown. */
export async function outcome(bytes: Buffer, name: string): Promise<string> {
  try {
    const { documents } = await extract(bytes, name);
    documents.forEach(keepsTheRules);
    return documents.map(({ text }) => text).join('\n');
  } catch (error) {
    if (error instanceof DocumentError) return error.failure;
    throw error;
  }
}
