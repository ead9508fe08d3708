// What docs/json.md says of the object that a command prints.
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

/** Keys of a section, `results[].score` for what is in a list; true for those that are there in some cases only. */
function keysOf(title: string): Map<string, boolean> {
  const [, section = ''] = page.split(`\n## ${title}\n`);
  const rows = section.split('\n## ')[0]!.matchAll(/^\| `([\w.[\]]+)(\?)?` \|/gm);
  return new Map(Array.from(rows, ([, key, isSometimes]) => [key!, isSometimes !== undefined]));
}

/** What the page doesn't say of an object, and what it says that isn't there. */
export function unlikePage(command: string, printed: unknown): string[] {
  const keys = new Map([...keysOf('In every object'), ...keysOf(command)]);
  const wrong: string[] = [];
  compare(printed, '');
  return [...new Set(wrong)];

  function compare(value: unknown, path: string): void {
    if (Array.isArray(value)) {
      for (const one of value) compare(one, `${path}[]`);
    } else if (typeof value === 'object' && value !== null) {
      const before = path === '' ? '' : `${path}.`;
      const known = [...keys.keys()].filter(
        (key) => key.startsWith(before) && !/[.[]/.test(key.slice(before.length)),
      );
      // What is told in words alone is as it is.
      if (known.length === 0) return;
      for (const [key, inner] of Object.entries(value)) {
        const inPage = `${before}${key}`;
        if (keys.has(inPage)) compare(inner, inPage);
        else wrong.push(`the page doesn't have ${inPage}`);
      }
      for (const key of known) {
        if (!keys.get(key) && !(key.slice(before.length) in value)) wrong.push(`there is no ${key}`);
      }
    }
  }
}
