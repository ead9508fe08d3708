// What opening a server asks of it before anybody's texts: each canary alone, and one batch with them in it.
import { CANARY_TEXTS } from '../../src/embedders/guard/canaries.js';

export const OPENING = CANARY_TEXTS.length + 1;

/** Texts of these requests, where batches may have so many. */
export const openingTexts = (batchSize: number): number => CANARY_TEXTS.length + batchSize;
