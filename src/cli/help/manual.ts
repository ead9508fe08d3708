// The manual page, embed(1), in the language of man: all commands, each as its own `--help` has it.
import type { Declarations } from '../declared/command.js';
import { commandPage } from './command-page.js';
import type { Block, Page, Section } from './page.js';
import { allOf } from './page-for.js';
import { programPage } from './program-page.js';
import { topics } from './topics.js';

/** Topics that say what no command does; formats are listed by a command. */
const shownTopics = ['environment', 'exit-codes', 'output', 'config'];

/** The text of the page. @param version of the program */
export async function manualPage(all: Declarations, version: string): Promise<string> {
  const program = programPage(all, 'long');
  const commands = allOf(all).map(({ declared, before }) => commandPage(declared, before, 'long'));
  const pages = await Promise.all(
    topics.filter(({ name }) => shownTopics.includes(name)).map(({ page }) => page()),
  );
  return [
    `.TH EMBED 1 "" "embed ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `embed \\- ${escaped(program.summary)}`,
    ...program.sections
      .slice(1)
      .flatMap((section, index) => sectionLines(section, '.SH', index === 0 ? 'SYNOPSIS' : undefined)),
    ...[...commands, ...pages].flatMap(chapter),
    '',
  ].join('\n');
}

function chapter(page: Page): string[] {
  return [
    `.SH "${escaped(page.name)}"`,
    ...page.sections.flatMap((section) => sectionLines(section, '.SS', undefined)),
  ];
}

function sectionLines({ title, body }: Section, macro: string, untitled: string | undefined): string[] {
  const name = title ?? untitled;
  const head = name === undefined ? ['.PP'] : [`${macro} "${escaped(name)}"`];
  return [...head, ...body.flatMap((block, index) => [...(index > 0 ? ['.PP'] : []), ...blockLines(block)])];
}

function blockLines(block: Block): string[] {
  if (typeof block === 'string') return [escaped(block.replace(/^Usage: /, ''))];
  if ('lines' in block) return ['.nf', ...block.lines.map(escaped), '.fi'];
  return block.rows.flatMap(({ term, text }) => ['.TP', `\\fB${escaped(term.trim())}\\fR`, escaped(text)]);
}

/** A line of text: no backslash is a command, nor a dot or a quote at its start; a dash can be copied. */
function escaped(text: string): string {
  const line = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  const ascii = line.replace(
    /[^ -~]/gu,
    (one) => `\\[u${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
  );
  return /^[.']/.test(ascii) ? `\\&${ascii}` : ascii;
}
