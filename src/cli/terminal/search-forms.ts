// Results of a search in other forms: CSV for tables, Markdown to paste, and the paths of files alone.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SearchResult } from '../../search/options.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { orderOf, type Places } from './search-view.js';

interface Answer {
  question: string;
  results: readonly SearchResult[];
}

/** Characters of one cell or line. */
const maxLength = 1_000_000;

/** @param hasQuestion whether a column names the question @param places what sources are called from here */
export function asCsv(answers: readonly Answer[], hasQuestion: boolean, { named }: Places): Printable {
  const titles = [
    ...(hasQuestion ? ['question'] : []),
    'score',
    'source',
    'line',
    'page',
    'heading',
    'text',
    'id',
    'in',
    'vectors_rank',
    'words_rank',
    'rerank',
  ];
  const rows = answers.flatMap(({ question, results }) =>
    results.map((result) => {
      const { score, text, id, metadata, in: name = '', ranks, rerank } = result;
      const { source, line, page, heading } = metadata;
      return joined(
        [
          ...(hasQuestion ? [cell(question)] : []),
          say`${score}`,
          cell(named(source)),
          say`${line}`,
          page === undefined ? say`` : say`${page}`,
          ...[heading.join(' › '), result.passage?.text ?? text, id, name].map(cell),
          ...[ranks?.vectors, ranks?.words, rerank].map((one) => (one === undefined ? say`` : say`${one}`)),
        ],
        say`,`,
      );
    }),
  );
  // The lines end as RFC 4180 has them.
  return joined(
    [
      joined(
        titles.map((title) => printable(title)),
        say`,`,
      ),
      ...rows,
    ].map((row) => say`${row}\r\n`),
  );
}

/**
 * A text in quotes. Programs for tables take one that begins like a formula for one, and documents may be a stranger's:
 * an apostrophe before it makes it a text.
 */
function cell(text: string): Printable {
  const safe = /^[\s]*[=+\-@\t\r＝＋－＠]/u.test(text) ? `'${text}` : text;
  return say`"${lines(safe.replaceAll('"', '""'))}"`;
}

/** With line breaks; all else that could control a terminal is escaped. */
function lines(text: string): Printable {
  return joined(
    text
      .replace(/\r\n?/g, '\n')
      .split('\n')
      .map((line) => printable(line.replaceAll('\t', '    '), maxLength)),
    say`\n`,
  );
}

/** A section for each result, its text in a fence that it can't end. */
export function asMarkdown(results: readonly SearchResult[], { named }: Places): Printable {
  return joined(
    results.map((result, place) => {
      const { metadata, text, passage } = result;
      const where = metadata.page ? say`page ${metadata.page}` : say`line ${passage?.line ?? metadata.line}`;
      const order = orderOf(result);
      const behind = order === undefined ? say`` : say` (${order})`;
      const heading =
        metadata.heading.length === 0
          ? say``
          : say`${lines(metadata.heading.join(' › ').replace(/\s+/g, ' '))}\n\n`;
      const whole = passage?.text ?? text;
      const longest = Math.max(2, ...(whole.match(/`+/g) ?? []).map(({ length }) => length));
      const fence = printable('`'.repeat(longest + 1));
      const source = printable(named(metadata.source).replaceAll('`', "'"), 500);
      return say`## ${place + 1}. \`${source}\`, ${where}${behind}\n\n${heading}${fence}text\n${lines(whole.trim())}\n${fence}\n`;
    }),
    say`\n`,
  );
}

/** Each path once, of records that of their file: from where one stands, so that other programs can open it. */
export function asFiles(results: readonly SearchResult[], { folderOf, named }: Places): Printable {
  const paths = results.flatMap((result) => {
    const folder = folderOf(result);
    // A file's own name may have the sign, too.
    const isFile = (source: string) => folder !== undefined && existsSync(resolve(folder, source));
    return result.sources.map((source) => named(isFile(source) ? source : source.replace(/#.*$/s, '')));
  });
  return joined([...new Set(paths)].map((path) => say`${printable(path, maxLength)}\n`));
}
