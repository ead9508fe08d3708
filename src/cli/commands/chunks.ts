// `embed chunks`: what it prints.
import { resolve } from 'node:path';
import type { ChunkedFile } from '../../commands/chunks.js';
import { plural } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Chunk } from '../../types/document.js';
import type { chunks as declared } from '../declared/chunks.js';
import type { Given } from '../declared/command.js';
import { codedError, type Outcome } from '../declared/outcome.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { withSignals } from '../signals.js';
import { paint } from '../terminal/colour.js';
import { printNotice, printResult } from '../terminal/print.js';

/** Characters of a line, and of a name, that are shown. */
const maxLineLength = 100_000;
const maxNameLength = 200;

/** Of folders and patterns; a larger one would fill the terminal, or the memory with --json. */
const defaultFiles = 20;

export async function runChunks({
  arguments: { paths },
  flags,
  settings: typed,
}: Given<typeof declared>): Promise<Outcome> {
  const settings = nearIndex(await settingsFor({ settings: typed, flags }, printNotice));
  const { chunksOf } = await import('../../commands/chunks.js');
  const told: ChunkedFile[] = [];
  let failed = 0;
  let left = 0;
  await withSignals(async (signal) => {
    const found = chunksOf({
      ...{ paths, settings: { ...settings, out: resolve(settings.out) }, signal },
      limit: flags.limit ?? defaultFiles,
      left: (count) => {
        left = count;
      },
    });
    for await (const file of found) {
      failed += file.failures.length;
      if (flags.json) told.push(file);
      else print(file);
    }
  });
  if (left > 0 && !flags.json) {
    const all = (flags.limit ?? defaultFiles) + left;
    printNotice(say`${plural(left, 'file')} more: name the one that you look for, or give --limit ${all}`);
  }
  const message = `${plural(failed, 'document')} can't be read`;
  return {
    result: { files: told, ...(left > 0 && { left }) },
    ...(failed > 0 && { error: codedError('EMBED_SOME_FAILED', message) }),
  };
}

function print({ path, format, chunks, failures }: ChunkedFile): void {
  const read = format === undefined ? say`` : say` (${printable(format)})`;
  printResult(say`${paint.bold(printable(path, maxNameLength))}${read}: ${plural(chunks.length, 'chunk')}`);
  for (const chunk of chunks) printResult(render(chunk, path));
  for (const { source, code, message } of failures) {
    const why = message === undefined ? say`` : say`: ${printable(message, 1000)}`;
    printNotice(say`${printable(source, maxNameLength)}: ${printable(code)}${why}`);
  }
}

function render(chunk: Chunk, path: string): Printable {
  const { source, index, line, page, tokens, heading, context = '', text } = chunk;
  const record = source === path ? '' : `${source.slice(path.length)} `;
  const place = page === undefined ? `line ${line}` : `page ${page}`;
  const titles = heading.length === 0 ? '' : `: ${heading.join(' › ')}`;
  const head = printable(`${record}chunk ${index}, ${place}, ${plural(tokens, 'token')}${titles}`, 2000);
  const lines = [paint.dim(head)];
  if (context !== '') lines.push(say`  ${paint.dim(say`context: ${printable(context, 2000)}`)}`);
  for (const row of text.split('\n')) lines.push(say`  ${printable(row.trimEnd(), maxLineLength)}`);
  return say`${joined(lines, say`\n`)}\n`;
}
