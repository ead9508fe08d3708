// The completion of bash: one function, which needs nothing but bash.
import type { CompletedCommand, Takes } from './words.js';

/** A script for `source`. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const groups = commands.filter((one) => one.commands.length > 0 && one.words.length > 0);
  return `\
# Completion of embed for bash: source <(embed completion bash)
_embed() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="" command="" word i flags="" words="" takes=""
  # A value after = is a word of its own for bash.
  [ "$COMP_CWORD" -gt 0 ] && prev="\${COMP_WORDS[COMP_CWORD-1]}"
  if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$command" in
      "") case "$word" in -*) ;; *) command="$word" ;; esac ;;
${groups.map(({ words: [name] }) => `      ${name}) case "$word" in -*) ;; *) command="${name} $word" ;; esac ;;`).join('\n')}
    esac
  done
  COMPREPLY=()
  case "$command" in
${commands.map(caseOf).join('\n')}
    *) return ;;
  esac
  case "$takes" in
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")); return ;;
    files) _embed_files "$cur"; return ;;
    folders) _embed_files "$cur" -d; return ;;
    anything) return ;;
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *) if [ "$words" = "<files>" ]; then _embed_files "$cur"; else COMPREPLY=($(compgen -W "$words" -- "$cur")); fi ;;
  esac
}
_embed_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "\${2:--f}" -- "$1"))
}
complete -F _embed embed
`;
}

function caseOf({ words, commands, flags, arguments: given }: CompletedCommand): string {
  const names = flags.flatMap((flag) => flag.names).join(' ');
  const own =
    commands.length > 0 ? commands.map(({ name }) => name).join(' ') : argumentWords(given[0]?.takes);
  const values = flags.flatMap(({ names: of, takes }) =>
    takes.kind === 'nothing' ? [] : [`        ${of.join('|')}) ${assignment(takes)} ;;`],
  );
  const byFlag = values.length > 0 ? `\n      case "$prev" in\n${values.join('\n')}\n      esac` : '';
  return `    "${words.join(' ')}")\n      flags="${names}" words="${own}"${byFlag} ;;`;
}

function assignment(takes: Takes): string {
  return takes.kind === 'words' ? `takes=words words="${takes.words.join(' ')}"` : `takes=${takes.kind}`;
}

function argumentWords(takes: Takes | undefined): string {
  if (takes?.kind === 'words') return takes.words.join(' ');
  return takes?.kind === 'files' || takes?.kind === 'folders' ? '<files>' : '';
}
