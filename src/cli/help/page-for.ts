// The page that words ask for: of the program, a command, or a topic.
import type { CommandDeclaration, Declarations, GroupDeclaration } from '../declared/command.js';
import { commandPage, type Length } from './command-page.js';
import type { Page } from './page.js';
import { programPage } from './program-page.js';
import { topics } from './topics.js';

/** @param words such as `cache stats`; none for the program @returns undefined where nothing has that name */
export function pageFor(all: Declarations, words: readonly string[], length: Length): Page | undefined {
  if (words.length === 0) return programPage(all, length);
  const name = ['embed', ...words].join(' ');
  const found = allOf(all).find(({ before, declared }) => `${before} ${declared.name}` === name);
  return found && commandPage(found.declared, found.before, length);
}

/** The page of a topic. */
export function topicFor(words: readonly string[]): Page | Promise<Page> | undefined {
  return words.length === 1 ? topics.find(({ name }) => name === words[0])?.page() : undefined;
}

/** All commands, those of groups, too, with what is typed before their names. */
export function allOf(
  all: Declarations,
): { declared: CommandDeclaration | GroupDeclaration; before: string }[] {
  return all.flatMap((declared) => [
    { declared, before: 'embed' },
    ...('commands' in declared
      ? declared.commands.map((one) => ({ declared: one, before: `embed ${declared.name}` }))
      : []),
  ]);
}
