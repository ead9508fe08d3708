// What a kind of value knows: from text to value, what is right, and how it is said, shown, typed and described.

/** A JSON Schema (draft 7), as data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** True: it fits. False: it is nothing of the kind. A text: what it should have been, more exactly. */
export type Verdict = boolean | string;

/** One kind, for values that are bound by a rule of its own. */
export interface Kind<Rule> {
  /** The value that the text of a flag or variable stands for; where it stands for none, the text as it is. */
  read(text: string, rule: Rule): unknown;
  /** The same for a text in a file of `folder`. @default the text as it is */
  readInFile?(text: string, rule: Rule, folder: string): unknown;
  /** The value that an object in a file of `folder` stands for. @default the object as it is */
  readStructure?(written: object, rule: Rule, folder: string): unknown;
  check(value: unknown, rule: Rule): Verdict;
  /** What is right, as the end of "expected …". */
  wanted(rule: Rule): string;
  /** The same for a list of them. @default 'a list of texts' */
  wantedMany?(rule: Rule): string;
  /** A comma is part of a value, and so no end of it in a list. @default false */
  hasCommas?: boolean;
  /** What isn't right may hold a password anywhere, and is shown nowhere. @default false */
  hidesWrong?(rule: Rule): boolean;
  /** A right value as people may see it, and paste it into a bug report. */
  show(value: unknown, rule: Rule): unknown;
  /** A right value as it can be typed, for the help. */
  type(value: unknown, rule: Rule): string;
  /** What a configuration file may hold; bounds of what is written as a text are left to the check. */
  schema(rule: Rule): JsonSchema;
}
