// What the declarations say, for all who read settings: their type, and the table in which people are shown them.
import type { About, SecretUse } from './about.js';
import { declared } from './declared.js';
import type { Rule, ValueOf } from './kinds/rule.js';

type Declared = typeof declared;

/** A setting without a default may be undefined. */
type Always = {
  [Key in keyof Declared]: Declared[Key] extends { default: unknown } ? Key : never;
}[keyof Declared];

/** The entries' own comments show on the properties, which they do only where the keys are those of a type parameter. */
type ValuesOf<D, Key extends keyof D> = { -readonly [K in Key]: ValueOf<D[K]> };
type PerhapsOf<D, Key extends keyof D> = { -readonly [K in Key]?: ValueOf<D[K]> };

/** Everything a command can be told, after flags, environment and files were joined. */
export interface Settings
  extends ValuesOf<Declared, Always>,
    PerhapsOf<Declared, Exclude<keyof Declared, Always>> {}

export type Setting = Rule &
  About & {
    /** Name in `.batchrc` and in {@link Settings}. */
    key: keyof Settings;
    secretFor?: SecretUse<keyof Settings>;
  };

/** In the order in which people are shown them. */
export const settingsTable: readonly Setting[] = (Object.keys(declared) as (keyof Settings)[]).map((key) => ({
  key,
  ...declared[key],
}));
