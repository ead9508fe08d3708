// Experiments with chunks that an index doesn't have, as they are larger than the window of its embedder.
//
// Text around: search by small chunks, and take the text around the best of them: the large chunk of the same document that
// the small one begins in. A large chunk counts once, by the best of its small ones.
import { split } from '../../../dist/chunks/split.js';
import { builtinCounter } from '../../../dist/embedders/builtin/token-counter.js';
import { ourDocuments } from './ours.js';

/** Chunks of another size, as the splitter cuts them without overlap. */
export async function rowsOf(size) {
  const counter = builtinCounter();
  const rows = [];
  for (const [source, document] of await ourDocuments()) {
    for (const { start, text, tokens, heading, context } of split(document, { size, overlap: 0, counter })) {
      rows.push({ source, start, text, tokens, heading, context });
    }
  }
  return rows;
}

/**
 * @param size tokens of what is embedded
 * @param around tokens of what is found
 * @returns rows of the large chunks, with the small ones as `parts`
 */
export async function rowsAround(size, around) {
  const counter = builtinCounter();
  const rows = [];
  for (const [source, document] of await ourDocuments()) {
    const large = [...split(document, { size: around, overlap: 0, counter })].map(
      ({ start, text, tokens, heading }) => {
        return { source, start, text, tokens, heading, parts: [] };
      },
    );
    let at = 0;
    for (const { start, text } of split(document, { size, overlap: 0, counter })) {
      while (large[at + 1] !== undefined && large[at + 1].start <= start) at++;
      large[at].parts.push(text);
    }
    rows.push(...large.filter(({ parts }) => parts.length > 0));
  }
  return rows;
}
