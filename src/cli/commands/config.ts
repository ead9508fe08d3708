// `embed config`: the settings in force and where each came from.
import { Command } from 'commander';
import type { SettingInForce } from '../../commands/config.js';
import { readSettings } from '../../config/load.js';
import { padEnd, printable, printableJson, say } from '../../text/printable.js';
import { addSettings, typedSettings } from '../flags.js';
import { paint } from '../terminal/colour.js';
import { printResult } from '../terminal/print.js';

export function configCommand(): Command {
  const command = new Command('config')
    .description('print the settings in force and where each came from')
    .option('--json', 'the result as JSON on standard output')
    .addHelpText(
      'after',
      `
Flags win over the environment, that over .batchrc (or .batchrc.json, .batchrc.yaml, or "batch" in
package.json), that over the defaults. Passwords and keys are masked. What is wrong in the settings is told
after the list, by exit status 2.

Examples:
  $ embed config
  $ OLLAMA_HOST=gpu-box embed config --json`,
    );
  addSettings(command);
  return command.action(async (options: { json?: boolean }) => {
    const { problems, ...loaded } = await readSettings({ flags: typedSettings(command) });
    const { settingsInForce } = await import('../../commands/config.js');
    const rows = settingsInForce(loaded);
    if (options.json) printJson(loaded.file, rows);
    else printText(loaded.file, rows);
    const [first] = problems;
    if (first) throw first;
  });
}

function printJson(file: string | undefined, rows: readonly SettingInForce[]): void {
  const settings = Object.fromEntries(
    rows.map(({ key, value, ...more }) => [key, { value: value ?? null, ...more }]),
  );
  printResult(printableJson({ file: file ?? null, settings }, 2));
}

function printText(file: string | undefined, rows: readonly SettingInForce[]): void {
  printResult(file === undefined ? say`No configuration file.\n` : say`File: ${printable(file)}\n`);
  for (const { key, value, origin, decided = '-', serve } of rows) {
    const own = serve === undefined ? '' : `; in embed serve ${serve}`;
    const shown = value === undefined ? decided : ([value].flat().join(', ') || '-') + own;
    const line = say`${padEnd(printable(key), 14)} ${padEnd(printable(shown), 29)} ${printable(origin)}`;
    printResult(origin === 'default' || origin === 'not set' ? paint.dim(line) : line);
  }
}
