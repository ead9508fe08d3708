// What to say where no name of what was searched fits the patterns of sources.
import { plural } from '../text/plural.js';
import { printable } from '../text/printable.js';
import type { Corpus } from './corpus.js';
import { filterOf } from './filter.js';
import type { SearchFilters } from './options.js';

/** Names that are given as examples. */
const maxExamples = 2;
const maxNameLength = 200;

/** @returns a sentence; undefined where a name fits, or names aren't known, as those of destinations */
export async function unfitSources(
  corpora: readonly Corpus[],
  { source, from }: Pick<SearchFilters, 'source' | 'from'>,
): Promise<string | undefined> {
  if (source === undefined) return undefined;
  const examples: string[] = [];
  const failed: string[] = [];
  for (const corpus of corpora) {
    const { named } = corpus;
    if (named.all === undefined) return undefined;
    const names = [...named.all()];
    const { takesSource } = filterOf({ source, from }, named);
    if (names.some(takesSource)) return undefined;
    examples.push(...names.slice(0, maxExamples));
    failed.push(...[...((await corpus.failed?.()) ?? [])].filter(takesSource));
  }
  const [first] = failed;
  if (first !== undefined) {
    const others = failed.length === 1 ? '' : ` and ${plural(failed.length - 1, 'other document')}`;
    return `--source names ${shown(first)}${others}, which failed: \`embed why\` with its path says what is wrong.`;
  }
  if (examples.length === 0) return undefined;
  return `No document of the index fits --source: its names are such as ${examples.slice(0, maxExamples).map(shown).join(' and ')} (\`embed list\` names all).`;
}

function shown(name: string): string {
  return printable(name, maxNameLength);
}
