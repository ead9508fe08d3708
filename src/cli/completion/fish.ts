// The completion of fish: a line for each word.
import type { CompletedCommand, CompletedFlag } from './words.js';

/** A script for a file in fish's folder of completions. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const groups = commands.filter((one) => one.commands.length > 0 && one.words.length > 0);
  return `\
# Completion of embed for fish: embed completion fish > ~/.config/fish/completions/embed.fish
# The words before the cursor that are no flags, with those of a group.
function __embed_at
  set -l words (commandline -opc)[2..-1]
  set -l named
  for word in $words
    string match -q -- '-*' $word; and continue
    set -a named $word
    contains -- $named[1] ${groups.map(({ words }) => words[0]).join(' ')}; and test (count $named) -lt 2; and continue
    break
  end
  test "$named" = "$argv"
end
complete -c embed -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ words, commands, flags, arguments: given }: CompletedCommand): string[] {
  const here = `complete -c embed -n ${quoted(`__embed_at ${words.join(' ')}`.trim())}`;
  const takes = given[0]?.takes;
  const own = takes?.kind === 'words' ? [`${here} -a ${quoted(takes.words.join(' '))}`] : [];
  const files = takes?.kind === 'files' || takes?.kind === 'folders' ? [`${here} -F`] : [];
  return [
    ...commands.map(({ name, summary }) => `${here} -a ${name} -d ${quoted(summary)}`),
    ...own,
    ...files,
    ...flags.map((flag) => `${here} ${flagOf(flag)}`),
  ];
}

function flagOf({ names, help, takes }: CompletedFlag): string {
  const named = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = {
    nothing: '',
    anything: ' -x',
    files: ' -r -F',
    folders: " -x -a '(__fish_complete_directories)'",
    words: takes.kind === 'words' ? ` -x -a ${quoted(takes.words.join(' '))}` : '',
  }[takes.kind];
  return `${named.join(' ')}${value} -d ${quoted(help)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
