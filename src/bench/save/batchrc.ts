// src/bench/save: `embed bench --save`, which writes what was measured into the configuration file in use.
//
// In: names and numbers of settings. Out: the file with only these values replaced in its text: comments and layout stay.
// json-edit.ts changes one number in the text of a JSON object; this file finds the file, checks and writes it.
// What must hold: the result is parsed again before it is written, and it is written whole or not at all.
import { randomBytes } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { access, constants, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { findConfigFile } from '../../config/file.js';
import { UsageError } from '../../errors.js';
import { withJsonKey } from './json-edit.js';

export type SavedValues = Readonly<Record<string, number>>;

export interface Saved {
  path: string;
  /** There was none before. */
  created: boolean;
}

/**
 * Sets values in the configuration file that counts for `folder`, or in a new `.batchrc` there.
 * @throws {UsageError} when the file can't be written, or not without a loss; then it stays unchanged
 */
export async function saveSettings(values: SavedValues, folder: string): Promise<Saved> {
  const file = await findConfigFile(folder);
  const path = file?.path ?? join(folder, '.batchrc');
  try {
    if (!file) {
      await replaceFile(path, `${JSON.stringify(values, null, 2)}\n`);
      return { path, created: true };
    }
    const before = readFileSync(path, 'utf8');
    const text = await withValues(path, before, values);
    if (text !== before) await replaceFile(path, text);
    return { path, created: false };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} can't be written (${code ?? message}): set ${named(values)} yourself.`, {
      cause,
    });
  }
}

/** @throws {UsageError} when {@link saveSettings} could not write there */
export async function requireWritable(folder: string): Promise<void> {
  const path = (await findConfigFile(folder))?.path ?? join(folder, '.batchrc');
  try {
    // The file is replaced by a new one beside it.
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `${path} can't be written (${code}): leave --save out, or start in another folder.`,
      {
        cause,
      },
    );
  }
}

async function withValues(path: string, text: string, values: SavedValues): Promise<string> {
  const isPackage = basename(path) === 'package.json';
  const isJson = path.endsWith('.json') || text.trimStart().startsWith('{');
  let edited = text;
  for (const [key, value] of Object.entries(values)) {
    edited = isJson
      ? withJsonKey(edited, isPackage ? ['batch'] : [], key, value)
      : withYamlKey(edited, key, value);
  }
  const { defaultLoadersSync } = await import('cosmiconfig');
  const load = defaultLoadersSync[path.endsWith('.json') ? '.json' : '.yaml'];
  const parse = (source: string) => (source.trim() === '' ? {} : load(path, source));
  const before = readable(() => parse(text)) as Record<string, unknown> | undefined;
  const wanted = isPackage
    ? { ...before, batch: { ...(before?.batch as object), ...values } }
    : { ...before, ...values };
  if (
    isDeepStrictEqual(
      readable(() => parse(edited)),
      wanted,
    )
  )
    return edited;
  throw new UsageError(`${path} is laid out in an unusual way: set ${named(values)} there yourself.`);
}

/** Undefined when the result isn't what was intended. */
function readable(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

/** A line of a block mapping; a new one comes at the end. */
function withYamlKey(text: string, key: string, value: number): string {
  const line = new RegExp(
    `^(["']?${key}["']?[ \\t]*:)([ \\t]*)([^\\s#][^#\\r\\n]*?)?([ \\t]*(?:#[^\\r\\n]*)?)$`,
    'm',
  );
  if (line.test(text)) return text.replace(line, (_, name, _gap, _old, rest) => `${name} ${value}${rest}`);
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = text === '' || text.endsWith('\n') ? text : text + end;
  return `${whole}${key}: ${value}${end}`;
}

function named(values: SavedValues): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} to ${value}`)
    .join(' and ');
}

/** Replaces the file as a whole: a reader sees the old or the new text. Links and permissions stay. */
async function replaceFile(path: string, text: string): Promise<void> {
  const stats = statSync(path, { throwIfNoEntry: false });
  const target = stats ? realpathSync(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', stats?.mode ?? 0o644);
    try {
      if (stats) await file.chmod(stats.mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
