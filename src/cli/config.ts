// `embed config`: the settings in force and where each came from.
import { Command } from 'commander';
import { SETTINGS, type SettingKind } from '../config/settings.js';
import { printable, printableJson, say } from '../printable.js';
import { chalk, painted } from './colour.js';
import { addSettings, settingsFor } from './flags.js';
import { printResult } from './print.js';

export function configCommand(): Command {
  const command = new Command('config')
    .description('print the settings in force and where each came from')
    .option('--json', 'as JSON on standard output')
    .addHelpText(
      'after',
      `
Flags win over the environment, that over .batchrc (or .batchrc.json, .batchrc.yaml, or "batch" in
package.json), that over the defaults.

Examples:
  $ embed config
  $ OLLAMA_HOST=gpu-box embed config --json`,
    );
  addSettings(command);
  return command.action(async (options: { json?: boolean }) => {
    const { settings, origins, file } = await settingsFor(command);
    const rows = SETTINGS.map(({ key, kind }) => ({
      key,
      value: shown(kind, settings[key]),
      origin: origins[key] ?? 'not set',
    }));
    if (options.json) {
      const values = Object.fromEntries(
        rows.map(({ key, value, origin }) => [key, { value: value ?? null, origin }]),
      );
      printResult(printableJson({ file: file ?? null, settings: values }, 2));
      return;
    }
    printResult(file === undefined ? say`No configuration file.\n` : say`File: ${printable(file)}\n`);
    for (const { key, value, origin } of rows) {
      const shown =
        value === undefined ? '-' : Array.isArray(value) ? value.join(', ') || '-' : String(value);
      const line = printable(`${key.padEnd(14)} ${printable(shown).padEnd(28)} ${origin}`, 2000);
      printResult(origin === 'default' || origin === 'not set' ? painted(chalk.dim, line) : line);
    }
  });
}

/** What may be pasted into a bug report. */
function shown(kind: SettingKind, value: unknown): unknown {
  if (kind === 'secret') return value === undefined ? undefined : maskUrl(String(value), '****');
  return kind === 'list' && Array.isArray(value) ? value.map((item) => maskUrl(item, item)) : value;
}

/** Keeps what helps to recognise an address, hides what opens it; `otherwise` for what is no address. */
function maskUrl(text: string, otherwise: string): string {
  const url = text.includes('://') && URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.host) return otherwise;
  if (url.password) url.password = '****';
  return url.href;
}
