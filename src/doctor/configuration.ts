// Which settings are in force and where each comes from, without its secrets; and what is wrong in them.
import { isAbsolute } from 'node:path';
import { SETTINGS, type SettingKind } from '../config/settings.js';
import { plural, quoted } from '../words.js';
import type { Finding } from './check.js';
import type { Probe } from './probe.js';
import type { ReadSettings } from './settings.js';

export async function examineConfiguration(probe: Probe, read: ReadSettings): Promise<void> {
  await probe.check('file', 'File', () => ({ status: 'ok', seen: read.file ?? 'none' }));
  for (const problem of read.problems) {
    await probe.check('problem', 'Problem', () => wrong(problem));
  }
  await probe.check('values', 'Values', () => values(read));
}

/** Problems begin with where they are: a file, with or without a key, a variable or a flag. */
function wrong(problem: string): Finding {
  const where = /^(.+?)(?: \(\w+\))?(?:: | can't be read| must hold)/.exec(problem)?.[1] ?? '';
  const finding: Finding = { status: 'failure', seen: problem };
  if (isAbsolute(where)) return { ...finding, mend: `vi ${quoted(where)}` };
  return /^[A-Z_]+$/.test(where) ? { ...finding, mend: `unset ${where}` } : finding;
}

function values({ settings, origins }: ReadSettings): Finding {
  const given = SETTINGS.filter(({ key }) => (origins[key] ?? 'default') !== 'default');
  if (given.length === 0) return { status: 'ok', seen: 'all at their defaults' };
  return {
    status: 'ok',
    seen: `${plural(given.length, 'setting')} given, the others at their defaults`,
    details: given.map(({ key, kind }) => `${key} = ${shown(kind, settings[key])}  (${origins[key]})`),
  };
}

/** A value that may be pasted into a bug report. */
export function shown(kind: SettingKind, value: unknown): string {
  if (kind === 'secret') return masked(String(value)) ?? '****';
  if (Array.isArray(value)) return value.map((one) => masked(String(one)) ?? String(one)).join(', ');
  return String(value);
}

/** An address without its password; undefined for what is no address. */
function masked(text: string): string | undefined {
  const url = text.includes('://') && URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.host) return undefined;
  if (url.password) url.password = '****';
  return url.href;
}
