// What a reader sees of the part before the document: title, authors and date.
import { groupAt, skipOptions } from './groups.js';

const read = /\\(title|author|date)\b/g;

/** Commands with their words, in order. @param latex all in front of the document */
export function* headOf(latex: string): Generator<{ name: string; latex: string; at: number }> {
  const head = latex.replace(
    /(^|[^\\])%.*/g,
    (all, kept: string) => kept + ' '.repeat(all.length - kept.length),
  );
  for (const match of head.matchAll(read)) {
    const group = groupAt(head, skipOptions(head, match.index + match[0].length), '{');
    if (group) yield { name: match[1]!, latex: group.text, at: match.index };
  }
}
