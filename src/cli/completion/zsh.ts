// The completion of zsh, by its own _arguments and _describe.
import type { CompletedCommand, CompletedFlag, Takes } from './words.js';

/** A script for `source`, or for a file named _embed in a folder of $fpath. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `\
#compdef embed
# Completion of embed for zsh: source <(embed completion zsh), after compinit
${commands.map(functionOf).join('')}\
if [ "$funcstack[1]" = "_embed" ]; then _embed "$@"; else compdef _embed embed; fi
`;
}

function nameOf(words: readonly string[]): string {
  return ['_embed', ...words].join('_');
}

function functionOf({ words, commands, flags, arguments: given }: CompletedCommand): string {
  const specs = flags.map(flagSpec);
  if (commands.length === 0) {
    const own = given.map(({ takes, isMany }, index) =>
      quoted(
        `${isMany ? '*' : index + 1}:${takes.kind === 'words' ? 'word' : takes.kind}:${actionOf(takes)}`,
      ),
    );
    return `${nameOf(words)}() {\n  _arguments -s -S \\\n    ${[...specs, ...own].join(' \\\n    ')}\n}\n`;
  }
  const list = commands.map(({ name, summary }) => quoted(`${name}:${summary.replaceAll(':', '\\:')}`));
  const cases = commands.map(({ name }) => `        ${name}) ${nameOf([...words, name])} ;;`);
  return `\
${nameOf(words)}() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
    ${list.join('\n    ')}
  )
  _arguments -C \\
    ${specs.join(' \\\n    ')} \\
    '1: :->command' '*:: :->rest'
  case "$state" in
    command) _describe command commands ;;
    rest)
      case "$line[1]" in
${cases.join('\n')}
      esac ;;
  esac
}
`;
}

function flagSpec({ names, help, takes, isMany }: CompletedFlag): string {
  const text = help.replace(/[[\]:\\]/g, '\\$&');
  const value = takes.kind === 'nothing' ? '' : `:value:${actionOf(takes)}`;
  // With = after it, a value may follow that or stand alone.
  const typed = names.map((name) => (takes.kind !== 'nothing' && name.startsWith('--') ? `${name}=` : name));
  const [first = '', second] = typed;
  if (second === undefined) return quoted(`${isMany ? '*' : ''}${first}[${text}]${value}`);
  // Both names exclude each other, so that one isn't offered after the other.
  const before = isMany ? "'*'" : quoted(`(${names.join(' ')})`);
  return `${before}{${typed.join(',')}}${quoted(`[${text}]${value}`)}`;
}

function actionOf(takes: Takes): string {
  if (takes.kind === 'words') return `(${takes.words.join(' ')})`;
  if (takes.kind === 'files') return '_files';
  return takes.kind === 'folders' ? '_files -/' : ' ';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
