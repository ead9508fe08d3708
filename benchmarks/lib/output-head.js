// What a benchmark of outputs writes at their top: a vector space that no embedder has.
import { spaceId } from '../../dist/vectors/space-json.js';

/** The head of an output without its formats. */
export function outputHead(dimensions) {
  const space = {
    embedder: 'builtin',
    variant: '',
    model: 'bench',
    digest: '00',
    dimensions,
    options: {},
    prefixes: { document: '', query: '' },
    canaries: [],
  };
  return {
    space: { id: spaceId(space), ...space },
    chunking: { size: 256, overlap: 0, counter: 'bench', splitter: 'bench' },
    readers: {},
    roots: ['docs'],
  };
}
