// What Chroma answers, as far as it is used.
import { z } from 'zod';

const spaceShape = z.looseObject({ space: z.unknown().optional() }).nullish();
export const collectionShape = z.object({
  id: z.string(),
  dimension: z.number().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  configuration_json: z.looseObject({ hnsw: spaceShape, spann: spaceShape }).nullish(),
});
export type Collection = z.infer<typeof collectionShape>;

const flatShape = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable();
export const rowsShape = z.object({ ids: z.array(z.string()), metadatas: z.array(flatShape).nullable() });
export const textsShape = rowsShape.extend({ documents: z.array(z.string().nullable()).nullish() });
export const foundShape = z.object({
  documents: z.tuple([z.array(z.string().nullable())]),
  metadatas: z.tuple([z.array(flatShape)]),
  distances: z.tuple([z.array(z.number())]),
});
