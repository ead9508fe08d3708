// Patterns that begin with the whole path of a root, as other tools want them: `/srv/docs/drafts` for the root `/srv/docs`.
import type { Root } from '../paths/roots.js';

/**
 * @param exclude patterns of the whole walk
 * @returns each root with those of its own, which begin at it; and the other patterns
 */
export function withFullPaths(
  roots: readonly Root[],
  exclude: readonly string[],
): { roots: Root[]; exclude: string[] } {
  const others = new Set(exclude);
  const narrowed = roots.map((root) => {
    const full = root.kind === 'folder' ? exclude.filter((one) => one.startsWith(`${root.path}/`)) : [];
    if (root.path === '/' || full.length === 0) return root;
    for (const one of full) others.delete(one);
    const { include = [], exclude: own = [] } = root.own ?? {};
    return {
      ...root,
      own: { include, exclude: [...own, ...full.map((one) => one.slice(root.path.length))] },
    };
  });
  return { roots: narrowed, exclude: [...others] };
}
