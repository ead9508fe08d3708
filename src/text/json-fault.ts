// Where a text stops being JSON. The messages of JSON.parse quote the text, and that may be a document, or hold a password.

/** Longer texts take too long to be read once more, in characters. */
const maxLength = 1_000_000;

class Found extends Error {}

/**
 * The place of the first fault, e.g. `line 2, column 5`; undefined where it isn't known: the text is long, or nests deep.
 * @param text what JSON.parse refused
 * @param allowed whether comments, and a comma behind the last element, are no faults
 */
export async function placeOfJsonFault(
  text: string,
  allowed: 'comments' | 'json',
): Promise<string | undefined> {
  if (text.length > maxLength) return undefined;
  const { visit } = await import('jsonc-parser');
  const isLenient = allowed === 'comments';
  let place: string | undefined;
  const onError = (_code: number, _offset: number, _length: number, line: number, column: number) => {
    place = `line ${line + 1}, column ${column + 1}`;
    throw new Found();
  };
  try {
    visit(text, { onError }, { disallowComments: !isLenient, allowTrailingComma: isLenient });
  } catch (error) {
    // It calls itself for each level.
    if (!(error instanceof Found || error instanceof RangeError)) throw error;
  }
  return place;
}
