// Checks that a cache works. Caches don't throw when they fail, so a value is written and must come back.
import type { VectorCache } from '../types/cache.js';

/** @param timeoutMs a cache that takes longer counts as failing */
export async function isCacheWell(cache: VectorCache | undefined, timeoutMs: number): Promise<boolean> {
  if (!cache) return true;
  const asked = keepsMarks(cache).catch(() => false);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
  return await Promise.race([asked, late]);
}

/** True when a written mark comes back, or the mark of another process that checks the same cache now. */
async function keepsMarks(cache: VectorCache): Promise<boolean> {
  const before = await cache.getMeta('health');
  const mark = new Date().toISOString();
  await cache.setMeta('health', mark);
  const after = await cache.getMeta('health');
  return after === mark || (after !== undefined && after !== before);
}
