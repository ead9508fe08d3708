// Removes characters at the ends of text that users write. Each expression starts only at the first character of a run:
// if it started at each one, a megabyte would take minutes.

/** Without slashes at the end. */
export function withoutSlashes(path: string): string {
  return path.replace(/(?<!\/)\/+$/, '');
}

/** Without the quotation marks that files of variables leave around a value. */
export function withoutQuotes(text: string): string {
  return text.replace(/^["']+|(?<!["'])["']+$/g, '');
}
