// The bookmarks of a PDF: titles of its sections, with their depths and pages.
import type { PdfFile } from './open-pdf.js';

export interface Bookmark {
  title: string;
  /** 1 = outermost. */
  level: number;
}

/** More are none for people. */
const maxBookmarks = 20_000;
const maxLevel = 6;

type OutlineNode = Awaited<ReturnType<PdfFile['getOutline']>>[number];

/** @returns the bookmarks of each page, by its 1-based number; ask for it when all pages were read */
export async function bookmarksOf(pdf: PdfFile): Promise<Map<number, Bookmark[]>> {
  const byPage = new Map<number, Bookmark[]>();
  const waiting: { nodes: readonly OutlineNode[]; level: number }[] = [];
  const outline = await pdf.getOutline().catch(() => null);
  if (outline) waiting.push({ nodes: outline, level: 1 });
  let count = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const { title, dest, items } of next.nodes) {
      if (++count > maxBookmarks) return byPage;
      if (next.level < maxLevel && items?.length > 0) waiting.push({ nodes: items, level: next.level + 1 });
      const page = await pageOf(pdf, dest);
      if (page === undefined || typeof title !== 'string') continue;
      const list = byPage.get(page) ?? [];
      list.push({ title, level: next.level });
      byPage.set(page, list);
    }
  }
  return byPage;
}

async function pageOf(pdf: PdfFile, dest: OutlineNode['dest']): Promise<number | undefined> {
  const explicit = typeof dest === 'string' ? await pdf.getDestination(dest).catch(() => null) : dest;
  const target: unknown = explicit?.[0];
  if (typeof target === 'number') return target + 1;
  if (typeof target !== 'object' || target === null) return undefined;
  // All pages were read: their places are known, and counting them again for each bookmark would take long.
  return pdf.cachedPageNumber(target as { num: number; gen: number }) ?? undefined;
}
