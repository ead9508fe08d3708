// The server that orders results anew, of the flags that all searches share.
import type { RerankOptions } from '../search/options.js';

export function rerankOf({
  rerank: url,
  rerankModel: model,
  rerankResults: most,
}: {
  rerank: string | undefined;
  rerankModel: string | undefined;
  rerankResults: number | undefined;
}): RerankOptions | undefined {
  return url === undefined ? undefined : { url, model, most };
}
