// identity.json: the tokens by which a destination tells which output wrote an index last. They are random, so equal
// outputs have other ones; runs, rebuilds and merges never touch the file.
import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError } from '../errors.js';
import { isObject } from '../text/plain-json.js';
import { takeAccess } from './files/access-rights.js';
import { outputError, syncFolder, syncHandle } from './files/disk-errors.js';
import { steady } from './files/folder-handle.js';
import { readOwnText, replaceFile } from './files/owned-file.js';
import { identityName, manifestName, newIdentityName, runFolder } from './format/owned-names.js';

const format = 1;
const maxBytes = 64 * 1024 * 1024;
/**
 * Tokens that are kept for each destination, the latest ones: one that was restored from a backup has an earlier one of
 * ours. That is a sync with changes every night for some eleven years.
 */
const keptTokens = 4000;

/** The tokens of one output's syncs. */
export class Identity {
  readonly #dir: string;
  /** By destination and index, the latest token last. */
  readonly #tokens: Map<string, string[]>;

  private constructor(dir: string, tokens: Map<string, string[]>) {
    this.#dir = dir;
    this.#tokens = tokens;
  }

  /** @throws {DamagedOutputError} when the file isn't one of ours */
  static async open(dir: string): Promise<Identity> {
    const path = join(dir, identityName);
    const text = await readOwnText(path, maxBytes);
    if (text === undefined) return new Identity(dir, new Map());
    const tokens = tokensOf(text);
    if (tokens === undefined) {
      throw new DamagedOutputError(
        `${path} is damaged: restore it from a copy, or remove it and run \`embed sync\` with --take-over.`,
      );
    }
    return new Identity(dir, tokens);
  }

  /** Whether a sync of this output wrote a token, whatever the address was then. */
  has(token: string): boolean {
    return [...this.#tokens.values()].some((tokens) => tokens.includes(token));
  }

  /** Addresses of destinations that got an index of this name, without passwords; the earliest first. */
  destinations(index: string): string[] {
    const end = ` ${index}`;
    return [...this.#tokens.keys()]
      .filter((key) => key.endsWith(end))
      .map((key) => key.slice(0, -end.length));
  }

  /**
   * A new token, which is durable before it is returned: a destination never holds one that its output doesn't know.
   * The caller holds the output's lock.
   * @param key the destination and the index
   */
  async next(key: string): Promise<string> {
    const token = randomBytes(16).toString('hex');
    this.#tokens.set(key, [...(this.#tokens.get(key) ?? []), token].slice(-keptTokens));
    const path = join(this.#dir, identityName);
    const staged = join(runFolder(this.#dir), newIdentityName);
    try {
      const file = await replaceFile(staged);
      try {
        await takeAccess(file, join(this.#dir, manifestName));
        await file.writeFile(`${JSON.stringify({ format, tokens: Object.fromEntries(this.#tokens) })}\n`);
        await syncHandle(file);
      } finally {
        await file.close();
      }
      await rename(steady(staged), steady(path));
      await syncFolder(this.#dir);
    } catch (error) {
      throw outputError(error, path);
    }
    return token;
  }
}

function tokensOf(text: string): Map<string, string[]> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(json)) return undefined;
  const { format: written, tokens } = json as Record<string, unknown>;
  if (written !== format || !isObject(tokens)) return undefined;
  const entries = Object.entries(tokens as Record<string, unknown>);
  const areTokens = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && /^[0-9a-f]{32}$/.test(one));
  return entries.every(([, value]) => areTokens(value))
    ? new Map(entries as [string, string[]][])
    : undefined;
}
