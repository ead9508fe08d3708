// `embed completion`, declared.
import type { CommandDeclaration } from './command.js';

export const completion = {
  name: 'completion',
  summary: 'print what completes commands and flags in your shell',
  alike: ['completions', 'complete', 'autocomplete'],
  arguments: [
    {
      name: 'shell',
      kind: 'choice',
      choices: ['bash', 'zsh', 'fish'],
      isRequired: true,
      help: 'which shell',
    },
  ],
  flags: [],
  about: `\
In bash, in ~/.bashrc:

  source <(embed completion bash)

In zsh, in ~/.zshrc, after compinit:

  source <(embed completion zsh)

In fish, once:

  embed completion fish > ~/.config/fish/completions/embed.fish`,
  examples: [{ line: 'embed completion bash' }, { line: 'embed completion fish > embed.fish' }],
  exits: { done: true, unexpected: true, usage: true },
} as const satisfies CommandDeclaration;
