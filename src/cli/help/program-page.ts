// The page of the program: its commands, topics, and how to begin.
import type { Declarations } from '../declared/command.js';
import { commandGroups } from '../declared/groups.js';
import { program } from '../declared/program.js';
import { exampleLines, exitSection, type Length } from './command-page.js';
import type { Page, Section } from './page.js';
import { topics } from './topics.js';

/** @param commands all of them, in their order */
export function programPage(commands: Declarations, length: Length): Page {
  const rows = topics.map(({ name, summary }) => ({ term: `embed help ${name}`, text: summary }));
  const options: Section = {
    title: 'Options',
    body: [
      {
        rows: [
          { term: '-V, --version', text: 'print the version' },
          { term: '-h, --help', text: 'say what there is, in short or at length; also of each command' },
        ],
      },
    ],
  };
  return {
    name: 'embed',
    summary: program.summary,
    sections: [
      { body: [program.summary] },
      { body: ['Usage: embed <command> [options]'] },
      ...commandSections(commands),
      options,
      { title: 'Examples', body: [{ lines: exampleLines(program.examples) }] },
      ...(length === 'short' ? [] : [{ title: 'Topics', body: [{ rows }] }, exitSection(program.exits)]),
      {
        body: [
          `${length === 'short' ? 'embed --help says more, and ' : ''}embed help COMMAND tells all of a command.`,
        ],
      },
    ],
  };
}

function commandSections(commands: Declarations): Section[] {
  const named = Object.values(commandGroups).flat();
  const groups = [
    ...Object.entries(commandGroups),
    ['More', commands.map(({ name }) => name).filter((name) => !named.includes(name))] as const,
  ];
  return groups.flatMap(([title, names]) => {
    const rows = names.flatMap((name) => commands.find((one) => one.name === name) ?? []);
    if (rows.length === 0) return [];
    return [{ title, body: [{ rows: rows.map(({ name, summary }) => ({ term: name, text: summary })) }] }];
  });
}
