// Lists the settings in force and their origins, without secrets, and the problems in them.
import { isAbsolute } from 'node:path';
import { shownValue } from '../../config/kinds/rule.js';
import type { ReadSettings } from '../../config/load.js';
import { settingsTable } from '../../config/settings.js';
import { command, plural } from '../../text/plural.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';

export async function examineConfiguration(probe: Probe, read: ReadSettings): Promise<void> {
  await probe.check('file', 'File', () => ({
    status: 'ok',
    seen: [read.file, read.ownFile].filter((one) => one !== undefined).join(', ') || 'none',
  }));
  for (const { message } of read.problems) {
    await probe.check('problem', 'Problem', () => wrong(message.replace(/\.$/, '')));
  }
  await probe.check('values', 'Values', () => values(read));
}

/** A problem begins with its place: a file (with or without a key), a variable or a flag. */
function wrong(problem: string): Finding {
  const where = /^(.+?)(?: \(\w+\))?(?:: | can't be read| must hold)/.exec(problem)?.[1] ?? '';
  const finding: Finding = { status: 'failure', seen: problem };
  if (isAbsolute(where)) return { ...finding, mend: command`vi ${where}` };
  return /^[A-Z_]+$/.test(where) ? { ...finding, mend: `unset ${where}` } : finding;
}

function values({ settings, origins }: ReadSettings): Finding {
  const given = settingsTable.filter(({ key }) => (origins[key] ?? 'default') !== 'default');
  if (given.length === 0) return { status: 'ok', seen: 'all at their defaults' };
  return {
    status: 'ok',
    seen: `${plural(given.length, 'setting')} given, the others at their defaults`,
    details: given.map((setting) => {
      const { key } = setting;
      return `${key} = ${[shownValue(setting, settings[key])].flat().join(', ')}  (${origins[key]})`;
    }),
  };
}
