// What Qdrant answers, as far as it is used.
import { z } from 'zod';
import { asText } from '../../text/as-text.js';
import type { PlacedRow } from '../destination.js';

const payloadShape = z.record(z.string(), z.unknown()).nullish();
export type Payload = z.infer<typeof payloadShape>;

/** What `GET /collections/NAME` tells of a collection. */
export const infoShape = z.object({
  result: z.object({
    config: z.object({
      params: z.object({
        vectors: z.looseObject({ size: z.unknown().optional(), distance: z.unknown().optional() }).nullish(),
        sparse_vectors: z.record(z.string(), z.unknown()).nullish(),
      }),
      metadata: z.record(z.string(), z.unknown()).nullish(),
    }),
  }),
});
export type Info = z.infer<typeof infoShape>['result'];

const idShape = z.union([z.string(), z.number()]);
export const pageShape = z.object({
  result: z.object({
    points: z.array(z.object({ id: idShape, payload: payloadShape })),
    next_page_offset: idShape.nullish(),
  }),
});
export type Page = z.infer<typeof pageShape>['result'];

export const countShape = z.object({ result: z.object({ count: z.number() }) });

export const foundShape = z.object({
  result: z.object({ points: z.array(z.object({ payload: payloadShape, score: z.number() })) }),
});

const numbersShape = z.array(z.number());
/** The vector without a name is a list where a point has no other, and has the empty name where it has one. */
export const vectorsShape = z.object({
  result: z.array(
    z.object({
      payload: payloadShape,
      vector: z.union([numbersShape, z.looseObject({ '': numbersShape })]),
    }),
  ),
});

export function placed(payload: Payload): PlacedRow {
  return {
    id: asText(payload?.id),
    source: asText(payload?.source),
    text: asText(payload?.text),
    metadata: JSON.stringify(payload?.metadata ?? {}),
  };
}
