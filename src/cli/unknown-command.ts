// What is said of a command that doesn't exist: the one that was meant, and all there are.
import { UsageError } from '../errors.js';
import { nearest } from '../text/nearest-word.js';
import type { Declarations } from './declared/command.js';

/** Words for what isn't a command of its own. */
const elsewhere: Readonly<Record<string, string>> = {
  version: 'embed --version',
  usage: 'embed --help',
  man: 'man embed',
};

/** Longer words are no mistyped command. */
const maxShown = 60;

/** @param words what was typed after `embed`, with the group where one is known */
export function unknownCommand(all: Declarations, words: readonly string[]): UsageError {
  const [first = '', second] = words;
  const group = all.find(({ name }) => name === first);
  const isOfGroup = group !== undefined && 'commands' in group && second !== undefined;
  const among = isOfGroup ? group.commands : all;
  const before = isOfGroup ? `embed ${first}` : 'embed';
  const word = isOfGroup ? second : first;
  const guess = meant(word, before, among);
  const names = among.map(({ name }) => name).join(', ');
  const what = `There is no command ${JSON.stringify(shown(word))}`;
  const said = guess === undefined ? `${what}.` : `${what}: did you mean \`${guess}\`?`;
  return new UsageError(`${said} Commands of \`${before}\`: ${names}.`);
}

/** The command line that a word stands for, by its meaning or by its letters. */
function meant(word: string, before: string, among: Declarations): string | undefined {
  const others = Object.entries(before === 'embed' ? elsewhere : {});
  const names = new Map([...others, ...among.map(({ name }) => [name, `${before} ${name}`] as const)]);
  const known = [...names, ...alikeOf(among, before)].find(([name]) => name === word.toLowerCase());
  // What has another name is only known by all of it: many words are near to one of so many.
  return known?.[1] ?? names.get(nearest(word, names.keys()) ?? '');
}

/** Command lines by other words for them; the first counts. */
function alikeOf(among: Declarations, before: string): [word: string, line: string][] {
  const own = among.flatMap(({ name, alike = [] }) =>
    alike.map((word) => [word, `${before} ${name}`] as const),
  );
  const inGroups = among.flatMap((one) =>
    'commands' in one
      ? one.commands.flatMap(({ name, alike = [] }) =>
          [name, ...alike].map((word) => [word, `${before} ${one.name} ${name}`] as const),
        )
      : [],
  );
  return [...own, ...inGroups].map(([word, line]) => [word, line]);
}

function shown(word: string): string {
  return word.length > maxShown ? `${word.slice(0, maxShown)}…` : word;
}
