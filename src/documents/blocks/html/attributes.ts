// The attributes of one start tag: only those that say what of a page is read.

const known = new Set(
  'alt aria-hidden class close colspan data-clipboard-text display href hidden id name open reversed role rowspan separators start style title type value'.split(
    ' ',
  ),
);
/** What gives an element an address. Most elements that have one are asked for nothing else. */
const addresses = new Set(['id', 'name']);
const maxLength = 31;
/** By first letter and length: whether a name can be a known one. Nearly all others needn't be looked at. */
const candidates = new Uint8Array(1024);
for (const name of known)
  if (!addresses.has(name)) candidates[candidate(name.charCodeAt(0), name.length)] = 1;
/** How much of a class or a style is looked at. */
const maxStyleLength = 1000;

export class Attributes {
  /** Names and values of the attributes so far. No map: most elements have one or none that counts. */
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  #name = '';
  #value = '';
  #hasAddresses = false;

  /** @param hasAddresses whether `id` and `name` count in the next element */
  clear(hasAddresses = false): void {
    this.#hasAddresses = hasAddresses;
    if (this.#names.length > 0) {
      this.#names.length = 0;
      this.#values.length = 0;
    }
    this.#name = '';
  }

  /** The name at `html.slice(start, end)` begins an attribute. */
  begin(html: string, start: number, end: number): void {
    this.#name = '';
    const length = end - start;
    if (length > maxLength) return;
    if (candidates[candidate(html.charCodeAt(start), length)] === 0 && !this.#hasAddresses) return;
    const name = html.slice(start, end).toLowerCase();
    if (!known.has(name) || (addresses.has(name) && !this.#hasAddresses) || this.#names.includes(name))
      return;
    this.#name = name;
    this.#value = '';
  }

  /** Whether the value of the attribute that began is of use. As in browsers, the first of two with the same name counts. */
  get isKept(): boolean {
    return this.#name !== '';
  }

  add(piece: string): void {
    this.#value += piece;
  }

  end(): void {
    if (this.#name === '') return;
    this.#names.push(this.#name);
    this.#values.push(this.#value);
    this.#name = '';
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  get(name: string): string | undefined {
    const at = this.#names.indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Whether there are links to the element. */
  get isAddress(): boolean {
    return this.#hasAddresses && ((this.get('id') ?? '') !== '' || (this.get('name') ?? '') !== '');
  }

  /** Names and values in turn. */
  pairs(): string[] {
    return this.#names.flatMap((name, i) => [name, this.#values[i]!]);
  }

  /** A whole number; undefined for anything else. */
  number(name: string): number | undefined {
    const value = this.get(name)?.trim() ?? '';
    return /^[+-]?\d{1,9}$/.test(value) ? Number(value) : undefined;
  }

  /** The start of a value, where lists of names and styles are looked at; '' if there is none. */
  start(name: string): string {
    const value = this.get(name) ?? '';
    return value.length > maxStyleLength ? value.slice(0, maxStyleLength) : value;
  }

  /** Whether the style hides the element. */
  get isInvisible(): boolean {
    return (
      this.has('style') &&
      /(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)/i.test(this.start('style'))
    );
  }
}

/** The same for small and capital letters. */
function candidate(first: number, length: number): number {
  return ((first & 31) << 5) | length;
}
