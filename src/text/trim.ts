// What is cut off the ends of what people write. Each expression looks at a run of characters from its start alone:
// one that tried again from each of them would take minutes for a megabyte.

/** Without slashes at the end. */
export function withoutSlashes(path: string): string {
  return path.replace(/(?<!\/)\/+$/, '');
}

/** Without quotation marks around it, as files of variables leave them. */
export function withoutQuotes(text: string): string {
  return text.replace(/^["']+|(?<!["'])["']+$/g, '');
}
