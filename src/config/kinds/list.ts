// The kind whose values are lists: of one item, several with commas between them, or a real list of a file.
import type { Kind } from './kind.js';

export interface ListRule<Item> {
  kind: 'list';
  of: Item;
  /** Items at least. @default 0 */
  least?: number;
}

/** Lists of items whose kind `kindOf` knows. */
export function listOf<Item>(kindOf: (item: Item) => Kind<Item>): Kind<ListRule<Item>> {
  const read = (text: string, { of: item }: ListRule<Item>): unknown[] => {
    const kind = kindOf(item);
    if (kind.hasCommas) return [kind.read(text, item)];
    const parts = text.split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '').map((part) => kind.read(part, item));
  };
  const readItem = (written: unknown, item: Item, folder: string): unknown =>
    typeof written === 'string' ? (kindOf(item).readInFile?.(written, item, folder) ?? written) : written;
  return {
    read,
    readInFile: read,
    // A path means the same in a real list as in a text that stands for one.
    readStructure: (written, { of: item }, folder) =>
      Array.isArray(written) ? written.map((one) => readItem(one, item, folder)) : written,
    check(value, { of: item, least = 0 }) {
      if (!Array.isArray(value) || value.length < least) return false;
      const verdicts = value.map((one) => kindOf(item).check(one, item));
      return verdicts.find((verdict) => verdict !== true) ?? true;
    },
    wanted: ({ of: item }) => kindOf(item).wantedMany?.(item) ?? 'a list of texts',
    hidesWrong: ({ of: item }) => kindOf(item).hidesWrong?.(item) ?? false,
    show: (value, { of: item }) => (value as unknown[]).map((one) => kindOf(item).show(one, item)),
    type: String,
    schema({ of: item, least = 0 }) {
      const kind = kindOf(item);
      const items = kind.schema(item);
      return {
        anyOf: [
          { type: 'array', items, ...(least > 0 && { minItems: least }) },
          { type: 'string', ...((least > 0 || kind.hasCommas) && { minLength: 1 }) },
        ],
      };
    },
  };
}
