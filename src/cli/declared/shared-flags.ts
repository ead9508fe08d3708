// Flags that several commands take together, in the order of the help.
import type { FlagName } from './command.js';

/** Which embedder, and where it is. */
export const embedderFlags = ['embedder', 'model', 'ollamaUrl', 'url'] as const satisfies readonly FlagName[];

export const proxyFlags = ['httpProxy', 'httpsProxy', 'noProxy'] as const satisfies readonly FlagName[];

/** How a server that scores texts orders the results anew. */
export const rerankFlags = ['rerank', 'rerankModel', 'rerankResults'] as const satisfies readonly FlagName[];
