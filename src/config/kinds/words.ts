// The kinds whose values are texts: text, path, glob, choice, address and secret.
import { isAbsolute, resolve } from 'node:path';
import { expandHome } from '../../files/home.js';
import {
  destinationPattern,
  fromFolder,
  shownDestination,
  wantedDestination,
} from '../../net/destination-address.js';
import { parseIndexAddress, shownIndex, wantedIndex } from '../../net/index-address.js';
import { maskAddress, maskAddresses } from '../../text/masked-address.js';
import type { Kind } from './kind.js';

/** A text of any form, except an empty one. */
export interface TextRule {
  kind: 'text' | 'path' | 'glob' | 'secret';
  /** An empty one means: nothing. @default false */
  mayBeEmpty?: boolean;
}

export interface ChoiceRule {
  kind: 'choice';
  choices: readonly string[];
}

/** Names a server: shown without its password, and told when a file names it. */
export interface AddressRule {
  kind: 'address';
  pattern?: RegExp;
  /** What fits the pattern, in words. */
  wanted?: string;
}

/** Names a database or a file that `embed sync` writes: shown without its password, and told when a file names it. */
export interface DestinationRule {
  kind: 'destination';
}

/** `2/8`: a part of the documents; `auto` and `auto/8` leave it to what started the command. */
export interface ShardRule {
  kind: 'shard';
}

/** Names an output's folder or a destination, with or without a name before it: shown without its password. */
export interface IndexRule {
  kind: 'index';
}

/** `lang=en`, `page>=3`, `lang in en,de`: a key and what its value must be. */
export interface PairRule {
  kind: 'pair';
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const anyTextSchema = { type: 'string', minLength: 1 } as const;

const anyText: Kind<unknown> = {
  read: (typed) => typed,
  check: isText,
  wanted: () => 'a text',
  show: (value) => maskAddresses(String(value)),
  type: String,
  schema: () => anyTextSchema,
};

export const text: Kind<TextRule> = {
  ...anyText,
  check: (value, { mayBeEmpty = false }) => isText(value) || (mayBeEmpty && value === ''),
  schema: ({ mayBeEmpty = false }) => (mayBeEmpty ? { type: 'string' } : anyTextSchema),
};

export const path: Kind<TextRule> = {
  ...anyText,
  read: (typed) => expandHome(typed),
  readInFile(written, _, folder) {
    // A path in a file means the same wherever the command is started.
    const expanded = expandHome(written);
    return written === '' || isAbsolute(expanded) ? expanded : resolve(folder, expanded);
  },
  wanted: () => 'a path',
};

/** `*.{md,txt}` */
export const glob: Kind<TextRule> = { ...anyText, wanted: () => 'a pattern such as *.md', hasCommas: true };

const wantedCondition = 'a condition such as lang=en, page>=3 or "lang in en,de"';
export const pairPattern = /^\s*[^=<>\s][^=<>]*(?:[<>]?=| in .)/;

export const pair: Kind<PairRule> = {
  ...anyText,
  check: (value) => typeof value === 'string' && pairPattern.test(value),
  wanted: () => wantedCondition,
  wantedMany: () => wantedCondition,
  hasCommas: true,
  schema: () => ({ type: 'string', pattern: pairPattern.source }),
};

const shardPattern = /^(?:auto|(?:auto|[1-9]\d{0,4})\/[1-9]\d{0,4})$/;

export const shard: Kind<ShardRule> = {
  ...anyText,
  check: (value) => typeof value === 'string' && shardPattern.test(value),
  wanted: () => 'a part and their number such as 2/8, or auto/8, or auto',
  schema: () => ({ type: 'string', pattern: shardPattern.source }),
};

export const secret: Kind<TextRule> = {
  ...anyText,
  // Of a wrong one nothing else is told.
  check: (value) => (value === '' ? 'a text that is not empty' : isText(value)),
  hidesWrong: () => true,
  show: () => '****',
};

export const choice: Kind<ChoiceRule> = {
  ...anyText,
  check: (value, { choices }) => choices.includes(value as string),
  wanted: ({ choices }) => choices.join(' or '),
  wantedMany: ({ choices }) => choices.join(' or '),
  schema: ({ choices }) => ({ enum: choices }),
};

export const address: Kind<AddressRule> = {
  ...anyText,
  check(value, { pattern, wanted }) {
    if (pattern === undefined) return isText(value);
    return typeof value === 'string' && (pattern.test(value) || (wanted ?? false));
  },
  hidesWrong: () => true,
  show: (value) => maskAddress(String(value)),
  schema: ({ pattern }) =>
    pattern === undefined ? anyTextSchema : { type: 'string', pattern: pattern.source },
};

export const destination: Kind<DestinationRule> = {
  ...anyText,
  // A path in a file means the same wherever the command is started.
  readInFile: (written, _, folder) => fromFolder(written, folder),
  check: (value) => typeof value === 'string' && (destinationPattern.test(value) || wantedDestination),
  wanted: () => wantedDestination,
  wantedMany: () => wantedDestination,
  hidesWrong: () => true,
  show: (value) => shownDestination(String(value)),
  schema: () => ({ type: 'string', pattern: destinationPattern.source }),
};

export const index: Kind<IndexRule> = {
  ...anyText,
  check: (value) => typeof value === 'string' && (parseIndexAddress(value) !== undefined || wantedIndex),
  wanted: () => wantedIndex,
  wantedMany: () => wantedIndex,
  hidesWrong: () => true,
  show: (value) => shownIndex(String(value)),
  hasCommas: true,
};
