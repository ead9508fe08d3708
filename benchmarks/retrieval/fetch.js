// Fetches the corpora into benchmarks/retrieval/cache: `node benchmarks/retrieval/fetch.js`.
import { corpora, corpusFiles, corpusFolder, fetchCorpora } from './lib/corpora.js';

fetchCorpora(console.error);
for (const corpus of corpora)
  console.log(`${corpus.name}: ${corpusFiles(corpus).length} files in ${corpusFolder(corpus)}`);
