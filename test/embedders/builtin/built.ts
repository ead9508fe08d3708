// The embedder as it ships: workers run from `dist`, so tests of the whole import it from there too.
type EmbedderModule = typeof import('../../../src/embedders/builtin/embedder.js');

/** For scripts that tests spawn. */
export const embedderUrl = new URL('../../../dist/embedders/builtin/embedder.js', import.meta.url).href;
export const counterUrl = new URL('./token-counter.js', embedderUrl).href;

export const { openBuiltinEmbedder } = (await import(embedderUrl)) as EmbedderModule;
