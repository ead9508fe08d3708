// `embed config`, declared.
import type { CommandDeclaration } from './command.js';
import { settingFlags } from './settings-flags.js';

export const config = {
  name: 'config',
  summary: 'print the settings in force and where each came from',
  alike: ['settings', 'configure', 'set', 'env'],
  flags: ['json', 'config', ...settingFlags()],
  about: `\
Flags win over the environment, that over .batchrc (or .batchrc.json, .batchrc.yaml, or "batch" in
package.json), that over ~/.config/embed/config.yaml, that over the defaults. Passwords and keys are masked. What is wrong in the settings is told
after the list, by exit status 2.`,
  examples: [{ line: 'embed config' }, { line: 'OLLAMA_HOST=gpu-box embed config --json' }],
  exits: { done: true, unexpected: true, usage: true },
} as const satisfies CommandDeclaration;
