// Whether a cache does its work. Caches never fail, they go quiet: what was just written must come back.
import type { VectorCache } from '../types.js';

/** @param timeoutMs counts as not well when it takes longer */
export async function isCacheWell(cache: VectorCache | undefined, timeoutMs: number): Promise<boolean> {
  if (!cache) return true;
  const asked = keepsMarks(cache).catch(() => false);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
  return await Promise.race([asked, late]);
}

/** Whether a mark that is written comes back, or that of somebody else who asks the same cache at this moment. */
async function keepsMarks(cache: VectorCache): Promise<boolean> {
  const before = await cache.getMeta('health');
  const mark = new Date().toISOString();
  await cache.setMeta('health', mark);
  const after = await cache.getMeta('health');
  return after === mark || (after !== undefined && after !== before);
}
