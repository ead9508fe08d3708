// `embed config`: what it prints.
import type { SettingInForce } from '../../commands/config.js';
import { typedValue } from '../../config/kinds/rule.js';
import { readSettings } from '../../config/load.js';
import type { LoadedSettings } from '../../config/origins.js';
import { settingsTable } from '../../config/settings.js';
import { padEnd } from '../../text/columns.js';
import { printable, say } from '../../text/printable.js';
import type { Given } from '../declared/command.js';
import type { config as declared } from '../declared/config.js';
import type { Outcome } from '../declared/outcome.js';
import { paint } from '../terminal/colour.js';
import { tellError } from '../terminal/error-report.js';
import { printResult } from '../terminal/print.js';

export async function runConfig({ flags, settings }: Given<typeof declared>): Promise<Outcome> {
  const { problems, ...loaded } = await readSettings({ flags: settings, file: flags.config });
  const { settingsInForce } = await import('../../commands/config.js');
  const rows = settingsInForce(loaded);
  if (!flags.json) printText(loaded, rows);
  const [first] = problems;
  return {
    result: { file: loaded.file ?? null, ownFile: loaded.ownFile ?? null, settings: byKey(rows) },
    ...(first && { error: tellError(first) }),
  };
}

function byKey(rows: readonly SettingInForce[]) {
  return Object.fromEntries(rows.map(({ key, value, ...more }) => [key, { value: value ?? null, ...more }]));
}

/** Times and sizes with their units, as they can be typed; what else may be a secret that is masked. */
function typed(key: SettingInForce['key'], value: unknown): string {
  const setting = settingsTable.find((one) => one.key === key);
  const hasUnit = setting?.kind === 'duration' || setting?.kind === 'size';
  return hasUnit && setting !== undefined ? typedValue(setting, value) : String(value);
}

function printText({ file, ownFile }: LoadedSettings, rows: readonly SettingInForce[]): void {
  printResult(file === undefined ? say`No configuration file.\n` : say`File: ${printable(file)}\n`);
  if (ownFile !== undefined) printResult(say`Your own: ${printable(ownFile)}\n`);
  for (const { key, value, origin, decided = '-', serve } of rows) {
    const own = serve === undefined ? '' : `; in embed serve ${typed(key, serve)}`;
    const shown =
      value === undefined
        ? decided
        : ([value]
            .flat()
            .map((one) => typed(key, one))
            .join(', ') || '-') + own;
    const line = say`${padEnd(printable(key), 14)} ${padEnd(printable(shown), 29)} ${printable(origin)}`;
    printResult(origin === 'default' || origin === 'not set' ? paint.dim(line) : line);
  }
}
