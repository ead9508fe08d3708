// What opening a server asks of it before anybody's texts: each canary alone, and one batch with them in it.
import { canaryTexts } from '../../src/embedders/guard/canaries.js';

export const openingRequests = canaryTexts.length + 1;

/** Texts of these requests, where batches may have so many. */
export const openingTexts = (batchSize: number): number => canaryTexts.length + batchSize;
