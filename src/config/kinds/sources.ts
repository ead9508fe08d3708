// The kind whose value is a set of sources: folders and files with names, each with patterns of its own. Written as
// `{docs: ./docs, notes: {path: ./notes, include: ["*.md"]}}`.

import { isObject } from '../../text/plain-json.js';
import type { JsonSchema, Kind } from './kind.js';
import { glob, path } from './words.js';

/** A folder or file that is ingested by its name. */
export interface NamedSource {
  /** What it is called in the settings. */
  name: string;
  /** Folder or file; no pattern. */
  path: string;
  /** Globs: only its files that match one are read; none: all. */
  include: string[];
  /** Globs: its files that match one are left out. */
  exclude: string[];
}

/** What a run reads. @param typed none: the sources of the settings */
export function pathsOfRun(typed: readonly string[], sources: readonly NamedSource[]): readonly string[] {
  return typed.length > 0 ? typed : sources.map(({ path }) => path);
}

export interface SourcesRule {
  kind: 'sources';
}

/** Of one file. */
const maxSources = 1000;
const namePattern = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,63}$/u;
const keys = ['path', 'include', 'exclude'];
const pathRule = { kind: 'path' } as const;
const globRule = { kind: 'glob' } as const;
const wanted = 'names with a path each, such as {"docs": {"path": "./docs", "include": ["*.md"]}}';

const isGlobs = (value: unknown): boolean =>
  [value].flat().every((one) => typeof one === 'string' && one !== '');

/** What is wrong with a written source, as the end of "expected …"; undefined when nothing is. */
function fault(name: string, written: unknown): string | undefined {
  if (!namePattern.test(name)) return 'names of letters, digits, _, . and -, up to 64 of them';
  if (typeof written === 'string' && written !== '') return undefined;
  if (!isObject(written)) return `a path for "${name}"`;
  const stray = Object.keys(written).find((key) => !keys.includes(key));
  if (stray !== undefined) return `path, include and exclude alone for "${name}"`;
  if (typeof written.path !== 'string' || written.path === '') return `a path for "${name}"`;
  for (const key of ['include', 'exclude']) {
    if (written[key] !== undefined && !isGlobs(written[key])) return `patterns as ${key} of "${name}"`;
  }
  return undefined;
}

function faultIn(written: Record<string, unknown>): string | undefined {
  const entries = Object.entries(written);
  if (entries.length > maxSources) return `at most ${maxSources} names`;
  for (const [name, one] of entries) {
    const problem = fault(name, one);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function sourceOf(name: string, written: unknown, folder: string): NamedSource {
  const { path: place, include, exclude } = isObject(written) ? written : { path: written };
  const globs = (value: unknown) => (value === undefined ? [] : [value].flat().map(String));
  return {
    name,
    path: String(path.readInFile!(String(place), pathRule, folder)),
    include: globs(include),
    exclude: globs(exclude),
  };
}

function shown({ name, path: place, include, exclude }: NamedSource): string {
  const only = include.length > 0 ? ` (only ${include.join(' ')})` : '';
  const without = exclude.length > 0 ? ` (without ${exclude.join(' ')})` : '';
  return `${name}: ${path.show(place, pathRule)}${only}${without}`;
}

const globsSchema: JsonSchema = {
  anyOf: [{ type: 'array', items: glob.schema(globRule) }, glob.schema(globRule)],
};

export const sources: Kind<SourcesRule> = {
  read: (typed) => typed,
  readStructure(written, _, folder) {
    // A list is what a file can't write.
    if (!isObject(written)) return JSON.stringify(written);
    if (faultIn(written) !== undefined) return written;
    return Object.entries(written).map(([name, one]) => sourceOf(name, one, folder));
  },
  // What could be read is a list.
  check: (value) =>
    isObject(value) ? (faultIn(value) ?? false) : Array.isArray(value) && value.every(isRead),
  wanted: () => wanted,
  show: (value) => (value as NamedSource[]).map(shown),
  type: (value) => (value as NamedSource[]).map(({ name }) => name).join(','),
  schema: () => ({
    type: 'object',
    propertyNames: { pattern: '^[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]{0,63}$' },
    additionalProperties: {
      anyOf: [
        path.schema(pathRule),
        {
          type: 'object',
          properties: { path: path.schema(pathRule), include: globsSchema, exclude: globsSchema },
          required: ['path'],
          additionalProperties: false,
        },
      ],
    },
  }),
};

function isRead(one: unknown): boolean {
  if (!isObject(one)) return false;
  const { name, ...rest } = one;
  return typeof name === 'string' && fault(name, rest) === undefined;
}
