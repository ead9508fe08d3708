// The schema that Arrow keeps beside the one of Parquet, under the key `ARROW:schema`: by it, readers such as pyarrow
// see vectors of one fixed size, where Parquet itself only knows lists.

/** As pyarrow 23 serialises it for these columns, with vectors of `placeholder` values. */
const template = Buffer.from(
  '/////8gBAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAcAAABwAQAANAEAAPgAAADMAAAAnAAAAHQAAAAEAAAA' +
    'vP7//wAAABAUAAAAJAAAAAQAAAABAAAAIAAAAAkAAABlbWJlZGRpbmcABgAIAAQABgAAAAQDAgH0/v//AAAAAxAAAAAgAAAABAAAAAAAAAAHAAAA' +
    'ZWxlbWVudAAAAAYACAAGAAYAAAAAAAEAKP///wAAAAUQAAAAFAAAAAQAAAAAAAAAAwAAAHN1bQAY////TP///wAAAAUQAAAAHAAAAAQAAAAAAAAA' +
    'CAAAAG1ldGFkYXRhAAAAAET///94////AAAABRAAAAAYAAAABAAAAAAAAAAEAAAAdGV4dAAAAABs////oP///wAAAAIQAAAAIAAAAAQAAAAAAAAA' +
    'BQAAAGNodW5rAAAACAAMAAgABwAIAAAAAAAAASAAAADY////AAAABRAAAAAYAAAABAAAAAAAAAAGAAAAc291cmNlAADM////EAAUAAgAAAAHAAwA' +
    'AAAQABAAAAAAAAAFEAAAABgAAAAEAAAAAAAAAAIAAABpZAAABAAEAAQAAAA=',
  'base64',
);

const placeholder = 0x01020304;
const place = template.indexOf(Buffer.from([4, 3, 2, 1]));

/** @param dimensions values of each vector */
export function arrowSchema(dimensions: number): string {
  const schema = Buffer.from(template);
  if (schema.readInt32LE(place) !== placeholder)
    throw new Error('expected the size of the list in the schema');
  schema.writeInt32LE(dimensions, place);
  return schema.toString('base64');
}
