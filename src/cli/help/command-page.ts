// The page of a command, from its declaration.
import type {
  CommandDeclaration,
  Declaration,
  Declarations,
  Example,
  FlagName,
} from '../declared/command.js';
import { type Exits, exitList } from '../declared/exits.js';
import { flagIn } from '../declared/flag.js';
import { groupedFlags, rareFlags } from '../declared/groups.js';
import { describe } from './described.js';
import { blocksOf, type Page, type Row, type Section } from './page.js';
import { variablesOf } from './variables.js';

/** Whether `-h` was asked for, which leaves out what is rare, or `--help`. */
export type Length = 'short' | 'long';

type Documented = Declarations[number];

const helpRow: Row = { term: '-h, --help', text: 'say what there is, in short or at length' };

/** @param before what is typed before its name: `embed`, `embed cache` */
export function commandPage(declared: Documented, before: string, length: Length): Page {
  const name = `${before} ${declared.name}`;
  const own = 'commands' in declared ? groupSections(declared) : flagSections(declared, length);
  return {
    name,
    summary: declared.summary,
    sections: [
      { body: [declared.summary] },
      { body: [`Usage: ${usageOf(declared, before)}`] },
      ...own,
      ...(length === 'short' ? [{ body: [moreOf(declared, name)] }] : detailsOf(declared)),
    ],
  };
}

/** How it is typed: `embed ingest [options] <paths...>`. */
export function usageOf(declared: Documented, before: string): string {
  const name = `${before} ${declared.name}`;
  if ('commands' in declared) return `${name} <command>`;
  return [name, '[options]', ...(declared.arguments ?? []).map(argumentName)].join(' ');
}

export function exampleLines(examples: readonly Example[]): string[] {
  return examples.flatMap(({ line, what }) => [...(what === undefined ? [] : [`# ${what}`]), `$ ${line}`]);
}

export function exitSection(exits: Exits): Section {
  const rows = exitList(exits).map(({ code, meaning }) => ({ term: `${code}`, text: meaning }));
  return { title: 'Exit status', body: [{ rows }] };
}

function groupSections({ commands }: { commands: readonly Declaration[] }): Section[] {
  const rows = commands.map(({ name, summary }) => ({ term: name, text: summary }));
  return [
    { title: 'Commands', body: [{ rows }] },
    { title: 'Options', body: [{ rows: [helpRow] }] },
  ];
}

function flagSections(declared: CommandDeclaration, length: Length): Section[] {
  const shown = length === 'long' ? declared.flags : declared.flags.filter((name) => !rareFlags.has(name));
  const groups = groupedFlags(shown, declared.here);
  // With the flags on printing, or in the only list.
  const last = groups.length - 1;
  const sections = groups.map(({ title, flags }, index) => {
    const rows = flags.map((name) => flagRow(declared, name));
    return { title, body: [{ rows: index === last ? [...rows, helpRow] : rows }] };
  });
  const given = (declared.arguments ?? []).map((argument) => ({
    term: argumentName(argument),
    text: describe(argument),
  }));
  return [...(given.length > 0 ? [{ title: 'Arguments', body: [{ rows: given }] }] : []), ...sections];
}

function flagRow(declared: CommandDeclaration, name: FlagName): Row {
  const flag = flagIn(declared, name);
  // Long names stand below each other.
  const term = flag.flag.startsWith('--') ? `    ${flag.flag}` : flag.flag;
  return { term, text: describe(flag) };
}

function argumentName({ name, isMany, isRequired }: { name: string; isMany?: true; isRequired?: true }) {
  const word = isMany ? `${name}...` : name;
  return isRequired ? `<${word}>` : `[${word}]`;
}

function detailsOf(declared: Documented): Section[] {
  const { about, examples, exits } = declared;
  const variables = 'flags' in declared ? variablesOf(declared.flags) : [];
  return [
    ...(about === undefined ? [] : [{ body: blocksOf(about) }]),
    { title: 'Examples', body: [{ lines: exampleLines(examples) }] },
    ...(variables.length > 0 ? [{ title: 'Environment', body: [{ rows: variables }] }] : []),
    exitSection(exits),
    ...(takesJson(declared) ? [jsonSection] : []),
  ];
}

function takesJson(declared: Documented): boolean {
  return 'flags' in declared && declared.flags.includes('json');
}

const jsonSection: Section = {
  title: 'JSON',
  body: [
    'With --json, standard output has one object. An error is in it, beside the result where there is one:',
    { lines: ['{"schema": 1, "error": {"code": …, "message": …, "exit": …}}'] },
  ],
};

function moreOf(declared: Documented, name: string): string {
  const rare = 'flags' in declared ? declared.flags.filter((flag) => rareFlags.has(flag)).length : 0;
  const options = rare === 0 ? '' : `${rare} more option${rare === 1 ? '' : 's'}, `;
  return `${name} --help has ${options}examples, exit codes and more.`;
}
